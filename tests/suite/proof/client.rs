//! One browser of one person, without a screen: it asks, waits for a while, and has everything written down.

use std::sync::Arc;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rocket::tokio::time::sleep;

use super::endpoints::{Answer, Content, Endpoints, Request};
use super::history::{Account, ChangeKind, Deed, Nonce, Operation, Outcome, Room, Session};
use super::update::{Cursor, Earlier, Update};

const PASSWORD: &str = "correct horse battery";

/// One browser of one person.
pub struct Client {
    endpoints: Arc<Endpoints>,
    account: Account,
    session: Session,
    cookie: String,
    /// Whatever is left to chance.
    pub rng: StdRng,
    /// The instance that everything is asked of; any, if none.
    instance: Option<usize>,
    /// How long to wait before anything else is asked.
    pause: Duration,
}

impl Client {
    /// Somebody new, who signs up; nothing is broken yet.
    pub async fn of_somebody_new(endpoints: &Arc<Endpoints>, seed: u64) -> Self {
        Self::signs_up(endpoints, seed, None).await
    }

    /// Somebody new, who signs up at that instance and stays with it.
    pub async fn of_somebody_new_at(instance: usize, endpoints: &Arc<Endpoints>, seed: u64) -> Self {
        Self::signs_up(endpoints, seed, Some(instance)).await
    }

    async fn signs_up(endpoints: &Arc<Endpoints>, seed: u64, instance: Option<usize>) -> Self {
        loop {
            let account = endpoints.recorder.account();
            let rng = StdRng::seed_from_u64(seed ^ u64::from(account.0));
            let mut client = Self { instance, ..Self::new(endpoints, account, rng) };
            match client.enter("/accounts").await {
                Outcome::Done => return client,
                // The name may be taken now.
                Outcome::Unknown => {}
                outcome => panic!("nobody can sign up: {outcome:?}"),
            }
        }
    }

    fn new(endpoints: &Arc<Endpoints>, account: Account, rng: StdRng) -> Self {
        let endpoints = Arc::clone(endpoints);
        Self {
            endpoints,
            account,
            session: Session(0),
            cookie: String::new(),
            rng,
            instance: None,
            pause: Duration::ZERO,
        }
    }

    /// The same person at another computer, not logged in there.
    pub fn another(&mut self) -> Self {
        let rng = StdRng::from_rng(&mut self.rng);
        Self::new(&self.endpoints, self.account, rng)
    }

    /// The same browser once more.
    pub fn again(&mut self) -> Self {
        let (session, cookie) = (self.session, self.cookie.clone());
        Self { session, cookie, ..self.another() }
    }

    /// The same browser at another instance.
    pub fn at(&mut self, instance: usize) -> Self {
        Self { instance: Some(instance), ..self.again() }
    }

    /// Waits for as long as the last answer has said, or a little if there was none.
    pub async fn is_patient(&self) {
        sleep(self.pause).await;
    }

    pub async fn log_in(&mut self) -> Outcome {
        self.enter("/session").await
    }

    async fn enter(&mut self, path: &str) -> Outcome {
        self.session = self.endpoints.recorder.session();
        self.cookie.clear();
        let form = format!("username=person{}&password={}&next=", self.account.0, PASSWORD.replace(' ', "+"));
        let (mut operation, answer) = self.asks(Deed::LogIn, "POST", path, Content::Form(form)).await;
        operation.outcome = led_to(&answer, "/session/begun?next=%2Frooms");
        if let (Outcome::Done, Some(Answer { cookie: Some(cookie), .. })) = (&operation.outcome, answer) {
            self.cookie = cookie;
        }
        self.records(operation)
    }

    pub async fn log_out(&mut self) -> Outcome {
        self.does(Deed::LogOut, "/session/end", "/").await
    }

    /// Makes a room and enters it.
    pub async fn create(&mut self, name: &str) -> Option<Room> {
        let (deed, form) = (Deed::Create { room: None }, Content::Form(format!("name={name}")));
        let (mut operation, answer) = self.asks(deed, "POST", "/rooms", form).await;
        let location = answer.as_ref().map(|answer| answer.location.clone()).unwrap_or_default();
        operation.outcome = led_to(&answer, &location);
        let room = location.strip_prefix("/rooms/").and_then(|id| id.parse().ok()).map(Room);
        operation.deed = Deed::Create { room };
        self.records(operation);
        room
    }

    pub async fn join(&mut self, room: Room) -> Outcome {
        let id = room.0;
        self.does(Deed::Join { room }, &format!("/rooms/{id}/join"), &format!("/rooms/{id}")).await
    }

    pub async fn leave(&mut self, room: Room) -> Outcome {
        self.does(Deed::Leave { room }, &format!("/rooms/{}/leave", room.0), "/rooms").await
    }

    pub async fn delete(&mut self, room: Room) -> Outcome {
        let id = room.0;
        let list = format!("/rooms?deleted={id}");
        self.does(Deed::Delete { room }, &format!("/rooms/{id}/delete"), &list).await
    }

    /// The room that the list says one is in.
    pub async fn whereabouts(&mut self) -> Option<Room> {
        let instance = self.some_instance();
        let request = self.request("GET", "/rooms", Content::Nothing);
        let answer = self.endpoints.send(instance, request).await?;
        let page = String::from_utf8_lossy(&answer.body);
        let (before, _) = page.split_once("/leave\"")?;
        before.rsplit_once("/rooms/")?.1.parse().ok().map(Room)
    }

    /// Has a room's page made, and looks at it. Nothing of that is written down.
    pub async fn looks_at(&mut self, room: Room) {
        let (instance, path) = (self.some_instance(), format!("/rooms/{}", room.0));
        let answer = self.endpoints.send(instance, self.request("GET", &path, Content::Nothing)).await;
        self.pause = pause_after(answer.as_ref());
    }

    async fn does(&mut self, deed: Deed, path: &str, leads_to: &str) -> Outcome {
        let (mut operation, answer) = self.asks(deed, "POST", path, Content::Nothing).await;
        operation.outcome = led_to(&answer, leads_to);
        self.records(operation)
    }

    /// A message or a change that nobody has sent yet.
    pub fn thinks(&self) -> Nonce {
        self.endpoints.recorder.nonce()
    }

    /// One attempt to say it.
    pub async fn post(&mut self, room: Room, nonce: Nonce, cursor: &mut Cursor) -> Outcome {
        let deed = Deed::Post { room, nonce, after: cursor.seq };
        let json = format!("{{\"body\":\"{}\",\"nonce\":\"n{}\"}}", text(nonce), nonce.0);
        self.sends(deed, &format!("/api/rooms/{}/messages?after={cursor}", room.0), json, cursor).await
    }

    /// One attempt to change a message.
    pub async fn change(
        &mut self,
        kind: ChangeKind,
        (room, about): (Room, i64),
        nonce: Nonce,
        cursor: &mut Cursor,
    ) -> Outcome {
        let deed = Deed::Change { room, nonce, kind, about, after: cursor.seq };
        let (verb, json) = match kind {
            ChangeKind::Edit => {
                ("edit", format!("{{\"body\":\"{}\",\"nonce\":\"n{}\"}}", text(nonce), nonce.0))
            }
            ChangeKind::Deletion => ("delete", format!("{{\"nonce\":\"n{}\"}}", nonce.0)),
        };
        let path = format!("/api/rooms/{}/messages/{about}/{verb}?after={cursor}", room.0);
        self.sends(deed, &path, json, cursor).await
    }

    async fn sends(&mut self, deed: Deed, path: &str, json: String, cursor: &mut Cursor) -> Outcome {
        let (mut operation, answer) = self.asks(deed, "POST", path, Content::Json(json)).await;
        operation.outcome = match answer {
            Some(Answer { status: status @ (200 | 201), body, .. }) => {
                let update = Update::parse(&body);
                let seq = update.seq.expect("the number of what was sent");
                Outcome::Posted { seq, repeated: status == 200, read: update.entries(), more: update.more }
            }
            answer => neither(answer),
        };
        if let Outcome::Posted { read, .. } = &operation.outcome {
            cursor.follow(read);
        }
        self.records(operation)
    }

    pub async fn poll(&mut self, room: Room, reader: u32, cursor: &mut Cursor) -> Outcome {
        let deed = Deed::Poll { room, reader, after: cursor.seq };
        let operation = self.reads(deed, room, *cursor).await;
        if let Outcome::Read { entries, .. } = &operation.outcome {
            cursor.follow(entries);
        } else if operation.outcome == (Outcome::Refused { status: 409 }) {
            // A page would read the room anew. That this happened is written down.
            *cursor = Cursor::default();
        }
        self.records(operation)
    }

    /// What stands before a number, for a page that is open.
    pub async fn look_back(&mut self, room: Room, reader: u32, before: i64) -> Outcome {
        let deed = Deed::LookBack { room, reader, before };
        let path = format!("/api/rooms/{}/messages?before={before}", room.0);
        let (mut operation, answer) = self.asks(deed, "GET", &path, Content::Nothing).await;
        operation.outcome = match answer {
            Some(Answer { status: 200, body, .. }) => {
                let earlier = Earlier::parse(&body);
                let (first, as_of) = (earlier.first, earlier.as_of());
                Outcome::LookedBack { entries: earlier.entries(), first, as_of }
            }
            answer => neither(answer),
        };
        self.records(operation)
    }

    /// The whole log, as one reading.
    pub async fn read_all(&mut self, room: Room) -> Outcome {
        let (mut cursor, mut all) = (Cursor::default(), Vec::new());
        let mut whole: Option<Operation> = None;
        loop {
            let part = self.reads(Deed::FinalRead { room }, room, cursor).await;
            let whole = whole.get_or_insert_with(|| part.clone());
            whole.ended = part.ended;
            let Outcome::Read { entries, more } = part.outcome else {
                whole.outcome = part.outcome;
                break;
            };
            cursor.follow(&entries);
            all.extend(entries);
            if !more {
                whole.outcome = Outcome::Read { entries: all, more };
                break;
            }
        }
        self.records(whole.expect("a reading"))
    }

    async fn reads(&mut self, deed: Deed, room: Room, cursor: Cursor) -> Operation {
        let path = format!("/api/rooms/{}/messages?after={cursor}", room.0);
        let (mut operation, answer) = self.asks(deed, "GET", &path, Content::Nothing).await;
        operation.outcome = match answer {
            Some(Answer { status: 204, .. }) => Outcome::Read { entries: Vec::new(), more: false },
            Some(Answer { status: 200, body, .. }) => {
                let update = Update::parse(&body);
                Outcome::Read { entries: update.entries(), more: update.more }
            }
            answer => neither(answer),
        };
        operation
    }

    fn records(&self, operation: Operation) -> Outcome {
        // What was read is long, and of use to nobody but the checker and the cursor.
        let outcome = match &operation.outcome {
            Outcome::Read { more, .. } => Outcome::Read { entries: Vec::new(), more: *more },
            Outcome::LookedBack { first, as_of, .. } => {
                Outcome::LookedBack { entries: Vec::new(), first: *first, as_of: *as_of }
            }
            outcome => outcome.clone(),
        };
        self.endpoints.recorder.record(operation);
        outcome
    }

    /// Asks, and begins what is to be written down of it.
    async fn asks(
        &mut self,
        deed: Deed,
        method: &str,
        path: &str,
        content: Content,
    ) -> (Operation, Option<Answer>) {
        let instance = self.some_instance();
        let began = self.endpoints.recorder.now();
        let answer = self.endpoints.send(instance, self.request(method, path, content)).await;
        let ended = self.endpoints.recorder.now();
        self.pause = pause_after(answer.as_ref());
        let (account, session, instance) = (self.account, self.session, u8::try_from(instance).unwrap());
        let outcome = Outcome::Unknown;
        (Operation { account, session, instance, began, ended, deed, outcome }, answer)
    }

    fn request<'a>(&'a self, method: &'a str, path: &'a str, content: Content) -> Request<'a> {
        Request { method, path, cookie: &self.cookie, content }
    }

    fn some_instance(&mut self) -> usize {
        self.instance.unwrap_or_else(|| self.rng.random_range(0..self.endpoints.count()))
    }
}

/// The same nonce is always sent with the same text, which begins with it.
fn text(nonce: Nonce) -> String {
    format!("{} {}.", nonce.0, "la ".repeat(usize::try_from(nonce.0 * 7 % 40).unwrap()))
}

fn pause_after(answer: Option<&Answer>) -> Duration {
    const NO_ANSWER: Duration = Duration::from_millis(100);
    answer.map_or(NO_ANSWER, |answer| answer.retry_after.unwrap_or_default())
}

/// What came of a form that leads there when it is done.
fn led_to(answer: &Option<Answer>, place: &str) -> Outcome {
    match answer {
        Some(Answer { status: 303, location, .. }) => {
            assert_eq!(location, place, "a form leads elsewhere");
            Outcome::Done
        }
        Some(answer) => refused(answer.status),
        None => Outcome::Unknown,
    }
}

/// What came of it if it was not done.
fn neither(answer: Option<Answer>) -> Outcome {
    answer.map_or(Outcome::Unknown, |answer| refused(answer.status))
}

fn refused(status: u16) -> Outcome {
    match status {
        400..500 => Outcome::Refused { status },
        500..600 => Outcome::Unknown,
        _ => panic!("an answer that nobody expects: {status}"),
    }
}
