//! The workload: who is there, and what they do all the time.
//!
//! *Talkers* and *readers* stay in rooms that last, most of them in the first; what is said there is changed and deleted
//! now and then, by its author and by others, who mostly may not; *guests* are readers at somebody else's computer;
//! *owners* create rooms and delete them while others are inside; *movers* join and leave with two browsers each that
//! know nothing of each other, and log in and out.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rand::RngExt;
use rand::seq::IndexedRandom;
use rocket::tokio::join;
use rocket::tokio::task::JoinSet;
use rocket::tokio::time::sleep;

use super::client::Client;
use super::endpoints::Endpoints;
use super::history::{ChangeKind, Nonce, Outcome, Room};
use super::update::Cursor;

const LASTING_ROOMS: usize = 4;
const TALKERS: usize = 48;
const READERS: usize = 12;
const GUESTS: usize = 4;
const OWNERS: usize = 3;
const MOVERS: usize = 6;

/// A page asks again one second after the last answer.
const PAUSE: Duration = Duration::from_secs(1);

/// What everybody knows.
pub struct Workload {
    endpoints: Arc<Endpoints>,
    /// Those that are never deleted.
    lasting: Vec<Room>,
    /// Those of the owners, some of them deleted since.
    rooms: Mutex<VecDeque<Room>>,
    /// How far those have read who stay in them.
    known: Mutex<HashMap<Room, Cursor>>,
    /// The browsers of those who stay in them.
    inside: Mutex<Vec<(Client, Room)>>,
    /// The last message that was acknowledged in each room.
    latest: Mutex<HashMap<Room, i64>>,
    readers: AtomicU32,
    is_closing: AtomicBool,
}

impl Workload {
    /// Everybody joins and begins; nothing is broken yet.
    pub async fn begin(endpoints: &Arc<Endpoints>, seed: u64) -> (Arc<Self>, JoinSet<()>) {
        let mut founders = Vec::new();
        for _ in 0..LASTING_ROOMS {
            founders.push(Client::of_somebody_new(endpoints, seed).await);
        }
        let mut lasting = Vec::new();
        for (founder, name) in founders.iter_mut().zip(["Hall", "Kitchen", "Garden", "Attic"]) {
            lasting.push(founder.create(name).await.expect("a room"));
        }
        let workload = Arc::new(Self {
            endpoints: Arc::clone(endpoints),
            lasting,
            rooms: Mutex::default(),
            known: Mutex::default(),
            inside: Mutex::default(),
            latest: Mutex::default(),
            readers: AtomicU32::new(0),
            is_closing: AtomicBool::new(false),
        });
        let people = workload.join(founders, seed).await;
        (workload, people)
    }

    async fn join(self: &Arc<Self>, founders: Vec<Client>, seed: u64) -> JoinSet<()> {
        let mut people = JoinSet::new();
        let mut inside: Vec<_> = founders.into_iter().enumerate().collect();
        for n in LASTING_ROOMS..TALKERS + READERS {
            let mut client = Client::of_somebody_new(&self.endpoints, seed).await;
            let mut joined = client.join(self.room_of(n)).await;
            while joined == Outcome::Unknown {
                joined = client.join(self.room_of(n)).await;
            }
            assert_eq!(joined, Outcome::Done, "nobody can join");
            inside.push((n, client));
        }
        let (mut owners, mut movers) = (Vec::new(), Vec::new());
        for _ in 0..OWNERS {
            owners.push(Client::of_somebody_new(&self.endpoints, seed).await);
        }
        for _ in 0..MOVERS {
            movers.push(Client::of_somebody_new(&self.endpoints, seed).await);
        }
        for (n, mut client) in inside {
            let (workload, room) = (Arc::clone(self), self.room_of(n));
            self.inside().push((client.again(), room));
            if n < TALKERS {
                people.spawn(workload.talks(client, room));
                continue;
            }
            if n < TALKERS + GUESTS {
                people.spawn(Arc::clone(self).is_a_guest(client.another(), room));
            }
            people.spawn(workload.reads(client, room));
        }
        for (n, owner) in owners.into_iter().enumerate() {
            people.spawn(Arc::clone(self).creates_and_deletes(owner, n));
        }
        for mut mover in movers {
            let mut second = mover.another();
            second.log_in().await;
            people.spawn(Arc::clone(self).moves(mover));
            people.spawn(Arc::clone(self).moves(second));
        }
        people
    }

    /// Everybody finishes what they are at.
    pub fn close(&self) {
        self.is_closing.store(true, Ordering::Relaxed);
    }

    fn is_open(&self) -> bool {
        !self.is_closing.load(Ordering::Relaxed)
    }

    /// Where the one with this number stays. The first few are those who created these rooms.
    pub fn room_of(&self, n: usize) -> Room {
        let some = [0, 1, 0, 2, 0, 3, 0, 0];
        self.lasting[if n < LASTING_ROOMS { n } else { some[n % some.len()] }]
    }

    /// All the rooms that may be left.
    pub fn rooms(&self) -> Vec<Room> {
        let rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        self.lasting.iter().chain(rooms.iter()).copied().collect()
    }

    fn known(&self) -> MutexGuard<'_, HashMap<Room, Cursor>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How far one may have read in a room.
    pub fn knows(&self, room: Room) -> Cursor {
        self.known().get(&room).copied().unwrap_or_default()
    }

    /// So many more browsers of everybody who stays in a room.
    pub fn everybody_again(&self, times: usize) -> Vec<(Client, Room)> {
        let mut inside = self.inside();
        let again = |(client, room): &mut (Client, Room)| (client.again(), *room);
        (0..times).flat_map(|_| inside.iter_mut().map(again).collect::<Vec<_>>()).collect()
    }

    fn inside(&self) -> MutexGuard<'_, Vec<(Client, Room)>> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn reader(&self) -> u32 {
        self.readers.fetch_add(1, Ordering::Relaxed)
    }

    /// Says one thing after the other, each until it is stored.
    async fn talks(self: Arc<Self>, mut client: Client, room: Room) {
        let mut cursor = Cursor::default();
        while self.is_open() {
            let nonce = client.thinks();
            let said = says(&mut client, room, nonce, &mut cursor).await;
            self.has_second_thoughts(&mut client, room, &said, &mut cursor).await;
            // Somebody else is asked, and the same is answered.
            if client.rng.random_ratio(1, 50) {
                client.post(room, nonce, &mut cursor).await;
            }
            rest(&mut client, 40).await;
        }
    }

    /// Changes what was just said, or what somebody else did.
    async fn has_second_thoughts(
        &self,
        client: &mut Client,
        room: Room,
        said: &Outcome,
        cursor: &mut Cursor,
    ) {
        let &Outcome::Posted { seq, .. } = said else { return };
        let of_another = self.latest().insert(room, seq).unwrap_or(seq);
        let (edit, deletion) = (ChangeKind::Edit, ChangeKind::Deletion);
        match client.rng.random_range(0..48) {
            0..5 => changes(client, edit, (room, seq), cursor).await,
            5..7 => changes(client, deletion, (room, seq), cursor).await,
            7 => {
                // In two windows at once.
                let (mut window, mut seen) = (client.again(), *cursor);
                let (one, other) = if client.rng.random() { (edit, deletion) } else { (edit, edit) };
                join!(
                    changes(client, one, (room, seq), cursor),
                    changes(&mut window, other, (room, seq), &mut seen)
                );
            }
            8 => changes(client, deletion, (room, of_another), cursor).await,
            9 => changes(client, edit, (room, of_another), cursor).await,
            _ => {}
        }
    }

    fn latest(&self) -> MutexGuard<'_, HashMap<Room, i64>> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the page open, scrolls up at times, opens it anew at times, and nothing else.
    async fn reads(self: Arc<Self>, mut client: Client, room: Room) {
        let (mut reader, mut cursor, mut first) = (self.reader(), Cursor::default(), 1);
        while self.is_open() {
            if matches!(client.poll(room, reader, &mut cursor).await, Outcome::Read { more: true, .. }) {
                continue;
            }
            self.known().insert(room, cursor);
            if first > 1
                && client.rng.random_ratio(1, 2)
                && let Outcome::LookedBack { first: earlier, .. } =
                    client.look_back(room, reader, first).await
            {
                first = earlier;
            } else if client.rng.random_ratio(1, 30) {
                (reader, first) = (self.reader(), cursor.seq + 1);
            }
            sleep(PAUSE).await;
        }
    }

    /// Logs in at a computer that is not theirs, logs out, and the page stays open there, whatever instance it asks.
    async fn is_a_guest(self: Arc<Self>, mut client: Client, room: Room) {
        while self.is_open() {
            if client.log_in().await == Outcome::Done {
                self.looks_everywhere(&mut client, room).await;
                client.log_out().await;
                sleep(2 * PAUSE).await;
                self.looks_everywhere(&mut client, room).await;
            }
            rest(&mut client, 200).await;
        }
    }

    async fn looks_everywhere(&self, client: &mut Client, room: Room) {
        for instance in 0..self.endpoints.count() {
            let mut cursor = self.knows(room);
            client.at(instance).poll(room, self.reader(), &mut cursor).await;
        }
    }

    /// Creates a room, talks there for a while, deletes it, and so on.
    async fn creates_and_deletes(self: Arc<Self>, mut client: Client, n: usize) {
        for round in 0.. {
            if !self.is_open() {
                return;
            }
            let created = client.create(&format!("Room+{n}+{round}")).await;
            // Perhaps it is there, and one is inside.
            let Some(room) = (if created.is_none() { client.whereabouts().await } else { created }) else {
                rest(&mut client, 200).await;
                continue;
            };
            self.announces(room);
            let mut cursor = Cursor::default();
            for _ in 0..client.rng.random_range(5..40) {
                let nonce = client.thinks();
                let said = says(&mut client, room, nonce, &mut cursor).await;
                self.has_second_thoughts(&mut client, room, &said, &mut cursor).await;
                rest(&mut client, 100).await;
            }
            if self.is_open() {
                while client.delete(room).await == Outcome::Unknown {
                    rest(&mut client, 200).await;
                }
            }
        }
    }

    /// Tells everybody of a room. The last few are remembered.
    fn announces(&self, room: Room) {
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        rooms.push_back(room);
        if rooms.len() > 2 * OWNERS {
            rooms.pop_front();
        }
    }

    /// Does whatever comes to mind, in rooms that the same person's other browser may have left meanwhile.
    async fn moves(self: Arc<Self>, mut client: Client) {
        let (mut here, mut reader, mut cursor) = (self.lasting[0], self.reader(), Cursor::default());
        while self.is_open() {
            match client.rng.random_range(0..100) {
                0..20 => {
                    here = self.somewhere(&mut client);
                    // Who comes late is shown the end of a long history, and not its beginning.
                    (reader, cursor) = (self.reader(), self.knows(here));
                    let joined = client.join(here).await;
                    if joined == (Outcome::Refused { status: 409 })
                        && let Some(elsewhere) = client.whereabouts().await
                    {
                        client.leave(elsewhere).await;
                    }
                }
                20..60 => {
                    let nonce = client.thinks();
                    let outcome = client.post(here, nonce, &mut cursor).await;
                    if outcome == Outcome::Unknown {
                        says(&mut client, here, nonce, &mut cursor).await;
                    }
                }
                60..85 => _ = client.poll(here, reader, &mut cursor).await,
                85..97 => _ = client.leave(here).await,
                _ => {
                    client.log_out().await;
                    // The page is still open.
                    client.poll(here, reader, &mut cursor).await;
                    let nonce = client.thinks();
                    client.post(here, nonce, &mut cursor).await;
                    client.log_in().await;
                }
            }
            rest(&mut client, 100).await;
        }
    }

    fn somewhere(&self, client: &mut Client) -> Room {
        *self.rooms().choose(&mut client.rng).expect("a room")
    }
}

/// Sends a message until it is known to be stored or refused.
pub async fn says(client: &mut Client, room: Room, nonce: Nonce, cursor: &mut Cursor) -> Outcome {
    loop {
        let said = client.post(room, nonce, cursor).await;
        if said != Outcome::Unknown {
            return said;
        }
        rest(client, 200).await;
    }
}

/// Sends a change until it is known to be stored or refused; at times once more.
async fn changes(client: &mut Client, kind: ChangeKind, message: (Room, i64), cursor: &mut Cursor) {
    let nonce = client.thinks();
    while client.change(kind, message, nonce, cursor).await == Outcome::Unknown {
        rest(client, 200).await;
    }
    if client.rng.random_ratio(1, 10) {
        client.change(kind, message, nonce, cursor).await;
    }
}

/// For so many milliseconds at most.
async fn rest(client: &mut Client, at_most: u64) {
    let time = Duration::from_millis(client.rng.random_range(0..=at_most));
    sleep(time).await;
}
