//! The real people beside the foretold ones, and what connects the two.

use std::collections::HashMap;

use crate::fixtures::{Answer, Instance, Person, Room};

use super::actions::{BROWSERS, From, Place};
use super::refusal::Refusal;
use super::reply::Reply;
use super::tabs::OpenTab;
use super::world::{Content, Cursor, World};

/// One Parlor, twice: as the model has it and as it is.
pub struct Comparison<'h> {
    pub world: World,
    pub browsers: Vec<[Person<'h>; BROWSERS]>,
    /// The rooms there are, in the order of the model's.
    pub rooms: Vec<Room>,
    /// Whatever somebody has tried to send, for repeating it.
    pub sent: Vec<Sent>,
    /// The tab that each browser has open.
    pub tabs: HashMap<(usize, usize), OpenTab>,
    tags: HashMap<(usize, u64), String>,
    /// For each room, the versions of who is inside, and when they were true.
    versions: HashMap<usize, Vec<(u64, String)>>,
}

/// Something that somebody has sent, or tried to.
#[derive(Clone)]
pub struct Sent {
    pub who: usize,
    pub room: Option<usize>,
    pub content: Content,
    pub nonce: String,
    /// The cursor.
    pub after: String,
}

impl<'h> Comparison<'h> {
    pub fn new(instance: &'h Instance) -> Self {
        let world = World::new();
        let browsers =
            world.people.iter().map(|person| [instance.visitor(person.name), instance.visitor(person.name)]);
        let browsers = browsers.collect();
        Self {
            world,
            browsers,
            rooms: vec![],
            sent: vec![],
            tabs: HashMap::new(),
            tags: HashMap::new(),
            versions: HashMap::new(),
        }
    }

    // --- what the instance has told, and the model cannot know ---

    pub fn learns(&mut self, room: Option<usize>, answer: &Answer) {
        let Some(room) = room.filter(|_| matches!(answer.status, 200 | 201)) else { return };
        let json = answer.json();
        for message in json["messages"].as_array().into_iter().flatten() {
            let (Some(seq), Some(tag)) = (message["seq"].as_u64(), message["tag"].as_str()) else { continue };
            let known = self.tags.entry((room, seq)).or_insert_with(|| tag.to_owned());
            assert_eq!(known, tag, "the tag of an entry never changes");
        }
        if let Some(version) = json["people"].as_str() {
            self.versions.entry(room).or_default().push((self.world.rooms[room].moved, version.to_owned()));
        }
    }

    pub fn length(&self, room: Option<usize>) -> usize {
        room.map_or(0, |room| self.world.rooms[room].log.len())
    }

    pub fn tagged(&self, room: Option<usize>, n: usize) -> String {
        match room.and_then(|room| self.tags.get(&(room, n as u64))) {
            Some(tag) => format!("{n}.{tag}"),
            None => n.to_string(),
        }
    }

    pub fn valid_cursor(&self, room: Option<usize>, n: usize) -> String {
        self.tagged(room, n % (self.length(room) + 1))
    }

    pub fn cursor(&self, room: Option<usize>, from: From) -> (Cursor, String) {
        let length = self.length(room);
        match from {
            From::Bare(n) => (Cursor::At(n % (length + 1)), (n % (length + 1)).to_string()),
            From::Tagged(n) => (Cursor::At(n % (length + 1)), self.tagged(room, n % (length + 1))),
            From::OtherHistory(n) => (Cursor::Astray, format!("{}.0123456789abcdef", 1 + n % length.max(1))),
            From::Ahead(n) => (Cursor::Astray, (length + 1 + n).to_string()),
            From::Malformed => (Cursor::Malformed, "x".to_owned()),
        }
    }

    /// One of the versions the instance has given out for who is inside, and when it was true.
    pub fn version(&self, room: Option<usize>, n: usize) -> Option<(u64, String)> {
        let versions = self.versions.get(&room?)?;
        versions.get(n % versions.len()).cloned()
    }

    // --- doing things at a browser ---

    /// Which room of the model is meant; none is one that never was.
    pub fn place(&self, who: usize, place: Place) -> Option<usize> {
        let any = |n: usize| n.checked_rem(self.world.rooms.len());
        match place {
            Place::Here => self.world.people[who].place.or_else(|| any(who)),
            Place::Any(n) => any(n),
            Place::Nowhere => None,
        }
    }

    pub fn room(&self, room: Option<usize>) -> Room {
        room.map_or(Room { id: 987_654, name: String::new() }, |room| self.rooms[room].clone())
    }

    pub fn only_if(&self, logged_in: bool) -> Result<(), Refusal> {
        if logged_in { Ok(()) } else { Err(Refusal::LoggedOut) }
    }

    pub fn led_into(&self, foretold: Result<usize, Refusal>) -> Reply {
        foretold.map_or_else(|refusal| refusal.on_a_page(), |room| Reply::Led(self.rooms[room].path("")))
    }

    pub async fn opens(&self, who: usize, browser: usize, path: &str) -> Reply {
        Reply::to_page(&self.browsers[who][browser].opens(path).await)
    }

    pub async fn sends(&self, who: usize, browser: usize, path: &str, fields: &[(&str, &str)]) -> Reply {
        Reply::to_page(&self.browsers[who][browser].sends(path, fields).await)
    }

    pub async fn sends_to(&self, who: usize, browser: usize, room: Option<usize>, verb: &str) -> Reply {
        self.sends(who, browser, &self.room(room).path(verb), &[]).await
    }

    pub async fn calls(&self, who: usize, browser: usize, room: Option<usize>, query: &str) -> Answer {
        self.browsers[who][browser].opens(&self.room(room).api(query)).await
    }
}
