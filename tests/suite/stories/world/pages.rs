//! What the pages must show.

use crate::fixtures::Listed;

use super::{Outcome, Room, World};
use crate::stories::reply::Reply;

impl World {
    pub fn list(&self, who: usize) -> Reply {
        let mut living: Vec<_> = (0..self.rooms.len()).filter(|&room| !self.rooms[room].deleted).collect();
        living.sort_by_key(|&room| std::cmp::Reverse(self.rooms[room].moved));
        let listed = |room: usize| Listed {
            name: self.rooms[room].name.clone(),
            inside: self.inside(room).count(),
            mine: self.rooms[room].owner == who,
            here: self.here(who) == Some(room),
        };
        let notice = self.gone(who).map(|room| {
            let Room { name, owner, .. } = &self.rooms[room];
            (name.clone(), if *owner == who { "you" } else { self.people[*owner].name }.to_owned())
        });
        Reply::List { rooms: living.into_iter().map(listed).collect(), here: self.name_here(who), notice }
    }

    pub fn room_page(&self, who: usize, room: Option<usize>) -> Outcome<Reply> {
        if room.is_some() && self.gone(who) == room {
            return Ok(Reply::Led("/rooms".to_owned()));
        }
        let room = self.living(room)?;
        if self.here(who) != Some(room) {
            return Ok(Reply::JoinPage { here: self.name_here(who) });
        }
        Ok(Reply::Inside { said: self.messages(room), people: self.names_inside(room) })
    }

    pub fn people_in(&self, who: usize, room: Option<usize>) -> Outcome<Reply> {
        Ok(Reply::People(self.names_inside(self.for_members(who, room)?)))
    }
}
