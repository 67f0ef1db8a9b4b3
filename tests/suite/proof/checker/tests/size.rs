//! The histories of a long run are checked in seconds: nothing is looked up by looking through.

use super::super::check;
use super::story::entry;
use super::{ANA, BO, HALL, Story};
use crate::proof::history::{Outcome, Room};

/// Ana posts, bo reads, and at times both change rooms.
fn long(posts: u64) -> Story {
    let mut story = Story::begins();
    let (mut room, mut seq) = (HALL, 0);
    for nonce in 0..posts {
        if nonce % 5_000 == 4_999 {
            story.leaves(ANA, room);
            story.leaves(BO, room);
            (room, seq) = (Room(room.0 + 10), 0);
            story.creates(ANA, room);
            story.joins(BO, room);
        }
        seq += 1;
        story.posts(ANA, room, nonce, seq);
        let first = (seq - 10).max(0);
        let behind = u64::try_from(seq - first).unwrap();
        let entries =
            (0..behind).map(|n| entry(first + 1 + i64::try_from(n).unwrap(), nonce + 1 + n - behind));
        let read = Outcome::Read { entries: entries.collect(), more: false };
        story.polls(BO, room, first, &[]).outcome = read;
    }
    story
}

#[test]
fn a_long_history_is_checked() {
    let story = long(20_000);
    assert!(check(story.history()).is_empty());
}

#[test]
fn a_history_of_the_longest_run_is_checked() {
    let story = long(1_000_000);
    assert!(check(story.history()).is_empty());
}
