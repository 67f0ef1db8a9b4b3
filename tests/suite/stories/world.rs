//! What must come of every deed: the rules of Parlor, without storage, cache or network.

mod messages;
mod pages;

use super::actions::{BROWSERS, PEOPLE};
use super::refusal::Refusal;

/// Everything there is.
#[derive(Debug)]
pub struct World {
    pub people: Vec<Somebody>,
    pub rooms: Vec<Room>,
    /// How many comings and goings there have been.
    moves: u64,
}

#[derive(Debug, Default)]
pub struct Somebody {
    pub name: &'static str,
    pub has_account: bool,
    pub logged_in: [bool; BROWSERS],
    /// The room this person is in, which may have been deleted since.
    pub place: Option<usize>,
}

#[derive(Debug)]
pub struct Room {
    pub name: String,
    owner: usize,
    pub log: Vec<Entry>,
    deleted: bool,
    /// When somebody last came or went.
    pub moved: u64,
}

/// An entry of a room's log, as it was sent.
#[derive(Debug)]
pub struct Entry {
    author: usize,
    nonce: String,
    content: Content,
}

/// What somebody sends to a room's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    Message(String),
    Edit { about: u64, body: String },
    Deletion { about: u64 },
}

impl Content {
    /// The message that it changes, if it is a change.
    fn about(&self) -> Option<u64> {
        match self {
            Self::Message(_) => None,
            Self::Edit { about, .. } | Self::Deletion { about } => Some(*about),
        }
    }
}

/// Where a reader claims to be in a room's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cursor {
    At(usize),
    Astray,
    Malformed,
}

/// What comes of a deed.
type Outcome<T> = Result<T, Refusal>;

impl World {
    pub fn new() -> Self {
        let names: [_; PEOPLE] = ["ana", "bo", "cy"];
        let people = names.map(|name| Somebody { name, ..Somebody::default() });
        Self { people: people.into(), rooms: Vec::new(), moves: 0 }
    }

    // --- asking ---

    pub fn is_logged_in(&self, who: usize, browser: usize) -> bool {
        self.people[who].logged_in[browser]
    }

    /// The open room somebody is in.
    pub fn here(&self, who: usize) -> Option<usize> {
        self.people[who].place.filter(|&room| !self.rooms[room].deleted)
    }

    pub fn name_here(&self, who: usize) -> Option<String> {
        self.here(who).map(|room| self.rooms[room].name.clone())
    }

    /// The deleted room somebody has not been told about for good.
    fn gone(&self, who: usize) -> Option<usize> {
        self.people[who].place.filter(|&room| self.rooms[room].deleted)
    }

    fn inside(&self, room: usize) -> impl Iterator<Item = &Somebody> {
        self.people.iter().filter(move |person| person.place == Some(room))
    }

    /// A room that somebody may at least knock at.
    fn living(&self, room: Option<usize>) -> Outcome<usize> {
        let room = room.ok_or(Refusal::NoSuchRoom)?;
        let Room { name, owner, deleted, .. } = &self.rooms[room];
        if *deleted {
            return Err(Refusal::Deleted { room: name.clone(), by: self.people[*owner].name.to_owned() });
        }
        Ok(room)
    }

    pub fn for_members(&self, who: usize, room: Option<usize>) -> Outcome<usize> {
        let room = self.living(room)?;
        if self.here(who) == Some(room) {
            Ok(room)
        } else {
            Err(Refusal::NotInside { here: self.name_here(who) })
        }
    }

    fn names_inside(&self, room: usize) -> Vec<String> {
        let mut names: Vec<_> = self.inside(room).map(|person| person.name.to_owned()).collect();
        names.sort();
        names
    }

    // --- coming and going ---

    fn moves(&mut self, who: usize, to: Option<usize>) {
        let from = self.here(who);
        self.people[who].place = to;
        for room in [from, to].into_iter().flatten() {
            self.moves += 1;
            self.rooms[room].moved = self.moves;
        }
    }

    pub fn sign_up(&mut self, who: usize, browser: usize) -> Outcome<()> {
        let person = &mut self.people[who];
        if std::mem::replace(&mut person.has_account, true) {
            return Err(Refusal::Conflict);
        }
        person.logged_in[browser] = true;
        Ok(())
    }

    pub fn log_in(&mut self, who: usize, browser: usize) -> Outcome<()> {
        let person = &mut self.people[who];
        person.logged_in[browser] = person.has_account;
        if person.has_account { Ok(()) } else { Err(Refusal::LoggedOut) }
    }

    pub fn log_out(&mut self, who: usize, browser: usize) {
        let was_logged_in = std::mem::take(&mut self.people[who].logged_in[browser]);
        let is_gone = self.people[who].logged_in == [false; BROWSERS];
        // A notice waits for the next visit.
        if was_logged_in && is_gone && self.here(who).is_some() {
            self.moves(who, None);
        }
    }

    pub fn create(&mut self, who: usize, name: &str) -> Outcome<usize> {
        let is_called_so = |room: &Room| !room.deleted && room.name.to_lowercase() == name.to_lowercase();
        match self.here(who) {
            // A form sent twice makes one room.
            Some(here) if self.rooms[here].owner == who && is_called_so(&self.rooms[here]) => {
                return Ok(here);
            }
            None if !self.rooms.iter().any(is_called_so) => {}
            _ => return Err(Refusal::Conflict),
        }
        let room = self.rooms.len();
        self.rooms.push(Room {
            name: name.to_owned(),
            owner: who,
            log: Vec::new(),
            deleted: false,
            moved: 0,
        });
        self.moves(who, Some(room));
        Ok(room)
    }

    pub fn join(&mut self, who: usize, room: Option<usize>) -> Outcome<usize> {
        let room = self.living(room)?;
        match self.here(who) {
            Some(here) if here == room => {}
            Some(_) => return Err(Refusal::Conflict),
            None => self.moves(who, Some(room)),
        }
        Ok(room)
    }

    pub fn move_between(&mut self, who: usize, from: Option<usize>, to: Option<usize>) -> Outcome<usize> {
        if from == to {
            return self.join(who, to);
        }
        let to = self.living(to)?;
        match self.here(who) {
            Some(here) if here == to => {}
            Some(here) if Some(here) == from => self.moves(who, Some(to)),
            // It was deleted, and they have not been told for good.
            None if from.is_some() && self.gone(who) == from => self.living(from).map(drop)?,
            _ => return Err(Refusal::Conflict),
        }
        Ok(to)
    }

    pub fn leave(&mut self, who: usize, room: Option<usize>) -> Outcome<()> {
        let room = room.ok_or(Refusal::NoSuchRoom)?;
        if self.people[who].place == Some(room) {
            self.moves(who, None);
        }
        Ok(())
    }

    pub fn delete(&mut self, who: usize, room: Option<usize>) -> Outcome<()> {
        // Deleting it twice is deleting it once.
        if room.is_some_and(|room| self.rooms[room].deleted && self.rooms[room].owner == who) {
            return Ok(());
        }
        let room = self.living(room)?;
        if self.rooms[room].owner != who {
            return Err(Refusal::NotTheOwner);
        }
        self.rooms[room].deleted = true;
        // Who has done it need not be told.
        self.people[who].place.take_if(|place| *place == room);
        Ok(())
    }

    pub fn dismiss(&mut self, who: usize) {
        if self.gone(who).is_some() {
            self.people[who].place = None;
        }
    }
}
