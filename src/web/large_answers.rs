//! Large answers: a room's page with 100 long messages is 250 KB, and rendering and compressing it takes 3 ms of a
//! core. On the threads that answer polls, a few dozen readers would make everybody's polls wait for all of their
//! pages. So such answers are made on [`LowPriority`] threads, and as few are read from the database at a time as those
//! keep up with.

use std::io::Cursor;
use std::time::Duration;

use rocket::http::{ContentType, Header};
use rocket::outcome::{Outcome, try_outcome};
use rocket::request::{self, FromRequest};
use rocket::response::{self, Responder};
use rocket::tokio::sync::Semaphore;
use rocket::tokio::time::timeout;
use rocket::{Request, Response, State};

use super::client::ClientAddress;
use super::compression::{AcceptsGzip, compressed};
use super::error::Error;
use super::fair_queue::Full;
use super::low_priority::LowPriority;
use super::templates::Templates;
use crate::store;

/// How many may wait for each thread: whoever has a slot.
const QUEUE: usize = 2;
/// How long somebody waits for a slot.
const SLOT_TIMEOUT: Duration = Duration::from_secs(2);

/// Where they are made.
pub(super) struct LargeAnswers {
    slots: Semaphore,
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
        Ok(Self { slots: Semaphore::new(threads.count() + 1), threads, templates })
    }
}

/// A request whose answer may be large.
pub(crate) struct LargeRequest<'r> {
    answers: &'r LargeAnswers,
    client: ClientAddress,
    accepts_gzip: bool,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for LargeRequest<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        let answers = try_outcome!(request.guard::<&State<LargeAnswers>>().await);
        let AcceptsGzip(accepts_gzip) = AcceptsGzip::of(request);
        Outcome::Success(Self { answers, client: ClientAddress::of(request), accepts_gzip })
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
        let slot = timeout(SLOT_TIMEOUT, self.answers.slots.acquire()).await;
        let _slot = slot.map_err(|_| too_many())?.map_err(|_| Error::Failed)?;
        let read = read.await?;
        let accepts_gzip = self.accepts_gzip;
        let job = move |_: &mut ()| {
            let plain = write(read)?;
            let (body, is_compressed) = if accepts_gzip { compressed(plain) } else { (plain, false) };
            Ok(LargeAnswer { kind, body, is_compressed })
        };
        let answered = self.answers.threads.start(self.client, job).map_err(|Full| too_many())?;
        // It has panicked, which is reported.
        answered.await.map_err(|_| Error::Failed)?
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

    #[rocket::async_test]
    async fn few_are_made_at_a_time_and_those_who_wait_read_nothing() {
        let answers = LargeAnswers::new(Templates::default()).unwrap();
        let client = ClientAddress(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let request = LargeRequest { answers: &answers, client, accepts_gzip: false };
        let write = |text: String| Ok(text.into_bytes());
        let slots = answers.slots.available_permits();
        let mut reading: Vec<_> = (0..slots).map(|_| Box::pin(request.json(pending(), write))).collect();
        assert!(reading.iter_mut().all(|answer| answer.now_or_never().is_none()));
        let read = async { panic!("read without a slot") };
        assert!(request.json(read, write).now_or_never().is_none());
        reading.pop();
        let answer = request.json(ready(Ok("[]".to_owned())), write).await.unwrap();
        assert_eq!((answer.body.as_slice(), answer.is_compressed), (&b"[]"[..], false));
    }

    #[rocket::async_test]
    async fn what_fails_frees_its_slot() {
        let answers = LargeAnswers::new(Templates::default()).unwrap();
        let client = ClientAddress(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let request = LargeRequest { answers: &answers, client, accepts_gzip: true };
        for _ in 0..=answers.slots.available_permits() {
            let failed = request.json(ready(Ok(())), |()| panic!("on purpose")).await;
            assert!(matches!(failed, Err(Error::Failed)));
        }
        let long = request.json(ready(Ok(())), |()| Ok(vec![b' '; 10_000])).await.unwrap();
        assert!(long.is_compressed && long.body.len() < 1_000);
    }
}
