//! How the tail reads the logs of watched rooms: what follows its positions there, many rooms in a statement, and what
//! the changes among that have made of entries that memory has already.

use std::collections::{HashMap, VecDeque};

use super::handle::Live;
use super::outdated::Outdating;
use super::room_log::{JsonEntry, RoomLog};
use crate::model::changes::RoomEntry;
use crate::model::log::{Discontinued, Position, continuing};
use crate::model::rooms::RoomId;
use crate::store::{EntryRange, Error};

/// How many entries of one log are read at once. More than that is read in several goes.
pub(super) const READ_MAX: i64 = 200;
/// About how many entries of many logs are read at once.
const READ_TOGETHER: i64 = 2_000;

/// Consecutive entries of each of some rooms.
type RoomEntries = HashMap<RoomId, Vec<RoomEntry>>;

impl Live {
    /// Reads these rooms up to these heads.
    pub(super) async fn follow_rooms(&self, moved: Vec<(RoomId, Position)>) -> Result<(), Error> {
        let mut queue = VecDeque::from(moved);
        while !queue.is_empty() {
            let mut ranges = Vec::new();
            let mut together = 0;
            while together < READ_TOGETHER
                && let Some((room, head)) = queue.pop_front()
            {
                if let Some(range) = self.next_range(room, head) {
                    together += range.last - range.first + 1;
                    ranges.push((range, head));
                }
            }
            let wanted: Vec<_> = ranges.iter().map(|(range, _)| *range).collect();
            let mut found = self.0.store.entries_in(&wanted).await?;
            // As they read no earlier than what was found: later changes of them are still to come.
            let mut rewritten = self.read_outdated(&found).await?;
            for (range, head) in ranges {
                let of_room = |read: &mut RoomEntries| read.remove(&range.room).unwrap_or_default();
                if !self.extend(range.room, head, of_room(&mut found), &of_room(&mut rewritten)) {
                    queue.push_back((range.room, head));
                }
            }
        }
        Ok(())
    }

    /// What reads otherwise, of all that memory has of these rooms, once what was found is taken in. Where there is
    /// nothing, the database is not asked.
    async fn read_outdated(&self, found: &RoomEntries) -> Result<RoomEntries, Error> {
        let mut wanted = Vec::new();
        {
            let state = self.read();
            for (room, entries) in found {
                let Some(log) = state.watched.log(*room) else { continue };
                let outdated = log.outdated(&Outdating::by(log.head(), entries));
                let range = |seq| EntryRange { room: *room, first: seq, last: seq };
                wanted.extend(outdated.into_iter().map(range));
            }
        }
        if wanted.is_empty() { Ok(HashMap::new()) } else { self.0.store.entries_in(&wanted).await }
    }

    /// What is to be read next of a room whose log ends at `head`: from the last known entry on. A log that
    /// has become shorter yields nothing, not even that entry. One that has outrun memory is evicted: to
    /// reload its end is less than to read all that lies between.
    pub(super) fn next_range(&self, room: RoomId, head: Position) -> Option<EntryRange> {
        let of_log = |log: &RoomLog| (log.head(), log.is_too_far_behind(head));
        let (known, is_too_far_behind) = self.read().watched.log(room).map(of_log)?;
        if is_too_far_behind {
            self.write().watched.remove(room);
            return None;
        }
        let first = known.seq.max(1);
        Some(EntryRange { room, first, last: head.seq.max(first).min(first + READ_MAX - 1) })
    }

    /// Takes in a range of a room's log, with what reads otherwise since, and says whether that is read up to `head`.
    /// Where it does not continue what is known, or does not cover all that is kept, the room is evicted, and reloaded
    /// when it is next asked for.
    fn extend(&self, room: RoomId, head: Position, found: Vec<RoomEntry>, rewritten: &[RoomEntry]) -> bool {
        let Some(known) = self.read().watched.log(room).map(RoomLog::head) else { return true };
        // Nobody waits while JSON is written.
        let ready = continuing(known, found).and_then(|new| {
            let outdating = Outdating::by(known, &new);
            Ok((JsonEntry::all(&new)?, outdating, JsonEntry::all(rewritten)?))
        });
        let mut state = self.write();
        match state.watched.log(room).map(RoomLog::head) {
            Some(now) if now == known => {}
            // It was loaded again meanwhile.
            Some(_) => return false,
            None => return true,
        }
        let taken = ready.and_then(|(new, outdating, rewritten)| {
            state.watched.change(room, |log| log.take_in(&new, &outdating, rewritten))?;
            Ok(new.is_empty() || state.watched.log(room).is_none_or(|log| log.head().seq >= head.seq))
        });
        match taken {
            Ok(false) => return false,
            Ok(true) => state.watched.caught_up(room),
            Err(Discontinued) => state.watched.remove(room),
        }
        true
    }
}

#[cfg(test)]
mod tests;
