//! Large answers: a room's page with 100 long messages is 250 KB, and rendering and compressing it takes 3 ms of a
//! core. On the threads that answer polls, a few dozen readers would make everybody's polls wait for all of their
//! pages. So such answers, and the parts of downloads, are made on [`LowPriority`] threads, and as few are read from the
//! database at a time as those keep up with.

use std::io::Cursor;
use std::time::Duration;

use rocket::http::{ContentType, Header};
use rocket::outcome::{Outcome, try_outcome};
use rocket::request::{self, FromRequest};
use rocket::response::{self, Responder};
use rocket::tokio::time::timeout;
use rocket::{Request, Response, State};

use super::client::ClientAddress;
use super::compression::{AcceptsGzip, compressed};
use super::error::Error;
use super::fair_queue::Full;
use super::fair_slots::{FairSlot, FairSlots};
use super::guards::presented_token;
use super::keyed_semaphores::KeyedSemaphores;
use super::low_priority::LowPriority;
use super::templates::Templates;
use crate::model::sessions::TokenHash;
use crate::store;

/// How many may wait for each thread: whoever has a slot.
const QUEUE: usize = 2;
/// How many answers one session has made at a time: others of its network are not to wait for all that it asks for.
const OF_SESSION: usize = 2;
/// How long somebody waits for a slot.
const SLOT_TIMEOUT: Duration = Duration::from_secs(2);

/// Where they are made.
pub(super) struct LargeAnswers {
    of_session: KeyedSemaphores<Option<TokenHash>>,
    slots: FairSlots,
    threads: LowPriority<()>,
    templates: Templates,
}

impl LargeAnswers {
    /// Pages are rendered by these templates.
    ///
    /// # Errors
    /// When the system has no threads for them.
    pub(super) fn new(templates: Templates) -> Result<Self, String> {
        let threads = LowPriority::new("large answers", QUEUE, QUEUE)?;
        // While all threads are at work, the next answer is read.
        let slots = FairSlots::new(threads.count() + 1);
        Ok(Self { of_session: KeyedSemaphores::new(OF_SESSION), slots, threads, templates })
    }

    /// Waits for a slot for `client`, for as long as that takes.
    pub(super) async fn slot(&self, client: ClientAddress) -> Result<Slot<'_>, Error> {
        Ok(Slot { answers: self, client, _slot: self.slots.next(client).await? })
    }
}

/// Somebody whose turn it is.
pub(super) struct Slot<'a> {
    answers: &'a LargeAnswers,
    client: ClientAddress,
    _slot: FairSlot<'a>,
}

impl Slot<'_> {
    /// What comes of a job that takes milliseconds of a core.
    pub(super) async fn make<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let made = self.answers.threads.start(self.client, |()| job()).map_err(|Full| too_many())?;
        // It has panicked, which is reported.
        made.await.map_err(|_| Error::Failed)
    }
}

/// A request whose answer may be large.
pub(crate) struct LargeRequest<'r> {
    answers: &'r LargeAnswers,
    client: ClientAddress,
    session: Option<TokenHash>,
    accepts_gzip: bool,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for LargeRequest<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        let answers = try_outcome!(request.guard::<&State<LargeAnswers>>().await);
        let AcceptsGzip(accepts_gzip) = AcceptsGzip::of(request);
        let (client, session) = (ClientAddress::of(request), presented_token(request));
        Outcome::Success(Self { answers, client, session, accepts_gzip })
    }
}

impl LargeRequest<'_> {
    /// The page that `render` makes of the templates and of what is read.
    ///
    /// # Errors
    /// [`Error::Busy`] when too many wait, else those of reading and rendering.
    pub(crate) async fn page<T: Send + 'static>(
        &self,
        read: impl Future<Output = Result<T, store::Error>>,
        render: impl FnOnce(&Templates, T) -> Result<String, Error> + Send + 'static,
    ) -> Result<LargeAnswer, Error> {
        let templates = self.answers.templates.clone();
        self.answer(ContentType::HTML, read, move |read| Ok(render(&templates, read)?.into_bytes())).await
    }

    /// The JSON that `write` writes of what is read.
    ///
    /// # Errors
    /// [`Error::Busy`] when too many wait, else those of reading and writing.
    pub(crate) async fn json<T: Send + 'static>(
        &self,
        read: impl Future<Output = Result<T, store::Error>>,
        write: impl FnOnce(T) -> Result<Vec<u8>, Error> + Send + 'static,
    ) -> Result<LargeAnswer, Error> {
        self.answer(ContentType::JSON, read, write).await
    }

    async fn answer<T: Send + 'static>(
        &self,
        kind: ContentType,
        read: impl Future<Output = Result<T, store::Error>>,
        write: impl FnOnce(T) -> Result<Vec<u8>, Error> + Send + 'static,
    ) -> Result<LargeAnswer, Error> {
        let turn = async {
            let of_session = self.answers.of_session.acquire(self.session).await;
            Ok::<_, Error>((self.answers.slot(self.client).await?, of_session))
        };
        let (slot, _of_session) = timeout(SLOT_TIMEOUT, turn).await.map_err(|_| too_many())??;
        let read = read.await?;
        let accepts_gzip = self.accepts_gzip;
        let job = move || {
            let plain = write(read)?;
            let (body, is_compressed) = if accepts_gzip { compressed(plain) } else { (plain, false) };
            Ok(LargeAnswer { kind, body, is_compressed })
        };
        slot.make(job).await?
    }
}

/// One of them, as it is sent.
pub(crate) struct LargeAnswer {
    kind: ContentType,
    body: Vec<u8>,
    is_compressed: bool,
}

impl<'r> Responder<'r, 'static> for LargeAnswer {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        let mut response = Response::new();
        response.set_header(self.kind);
        if self.is_compressed {
            response.set_header(Header::new("Content-Encoding", "gzip"));
        }
        response.set_sized_body(self.body.len(), Cursor::new(self.body));
        Ok(response)
    }
}

fn too_many() -> Error {
    tracing::warn!("more large pages at once than can be made");
    Error::Busy
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::net::{IpAddr, Ipv4Addr};

    use rocket::futures::FutureExt;

    use super::*;

    const SESSIONS: u8 = 200;

    fn answers() -> LargeAnswers {
        LargeAnswers::new(Templates::default()).unwrap()
    }

    /// Of a session, by its number, that comes from an address of its own.
    fn request(answers: &LargeAnswers, session: u8) -> LargeRequest<'_> {
        let client = ClientAddress(IpAddr::V4(Ipv4Addr::new(10, 0, 0, session)));
        LargeRequest { answers, client, session: Some(TokenHash([session; 32])), accepts_gzip: true }
    }

    fn text(text: String) -> Result<Vec<u8>, Error> {
        Ok(text.into_bytes())
    }

    #[rocket::async_test]
    async fn few_are_made_at_a_time_and_those_who_wait_read_nothing() {
        let answers = answers();
        let requests: Vec<_> = (0..SESSIONS).map(|session| request(&answers, session)).collect();
        let mut reading: Vec<_> =
            requests.iter().map(|request| Box::pin(request.json(pending(), text))).collect();
        assert!(reading.iter_mut().all(|answer| answer.now_or_never().is_none()));
        let late = request(&answers, SESSIONS);
        assert!(late.json(async { panic!("read without a slot") }, text).now_or_never().is_none());
        drop(reading);
        let answer = late.json(ready(Ok("[]".to_owned())), text).await.unwrap();
        assert_eq!((answer.body.as_slice(), answer.is_compressed), (&b"[]"[..], false));
    }

    #[rocket::async_test]
    async fn others_of_a_network_do_not_wait_for_all_that_one_session_asks_for() {
        let answers = answers();
        let greedy = request(&answers, 1);
        let mut reading: Vec<_> = (0..100).map(|_| Box::pin(greedy.json(pending(), text))).collect();
        assert!(reading.iter_mut().all(|answer| answer.now_or_never().is_none()));
        let other = LargeRequest { client: greedy.client, ..request(&answers, 2) };
        // Where there are no more slots than one session may have.
        drop(reading.remove(0));
        other.json(ready(Ok("[]".to_owned())), text).await.unwrap();
    }

    #[rocket::async_test]
    async fn what_fails_frees_its_slot() {
        let answers = answers();
        let request = request(&answers, 1);
        for _ in 0..=answers.threads.count() + 1 {
            let failed = request.json(ready(Ok(())), |()| panic!("on purpose")).await;
            assert!(matches!(failed, Err(Error::Failed)));
        }
        let long = request.json(ready(Ok(())), |()| Ok(vec![b' '; 10_000])).await.unwrap();
        assert!(long.is_compressed && long.body.len() < 1_000);
    }
}
