use super::super::Kind;
use super::super::unread;
use super::story::entry;
use super::{ANA, BO, CY, HALL, KITCHEN, Story};
use crate::proof::history::{Nonce, Outcome};

#[test]
fn what_is_acknowledged_and_read_by_all_is_sound() {
    let mut story = Story::begins();
    story.posts(ANA, HALL, 1, 1);
    story.posts(BO, HALL, 2, 2);
    story.polls(CY, HALL, 0, &[(1, 1), (2, 2)]);
    story.polls(CY, HALL, 2, &[]);
    story.ends_with(HALL, &[1, 2]);
    story.is_sound();
    assert!(unread(story.history()).is_empty());
}

#[test]
fn what_is_acknowledged_and_not_there_in_the_end_is_lost() {
    let mut story = Story::begins();
    story.posts(ANA, HALL, 1, 1);
    story.posts(ANA, HALL, 2, 2);
    story.ends_with(HALL, &[1]);
    story.shows(&[Kind::Lost]);
}

#[test]
fn what_is_read_and_not_there_in_the_end_is_lost() {
    let mut story = Story::begins();
    story.tries(ANA, HALL, 1);
    story.polls(BO, HALL, 0, &[(1, 1)]);
    story.ends_with(HALL, &[]);
    story.shows(&[Kind::Lost]);
}

#[test]
fn what_is_unknown_may_be_there_or_not() {
    for end in [&[1, 2][..], &[2]] {
        let mut story = Story::begins();
        story.tries(ANA, HALL, 1);
        story.posts(BO, HALL, 2, i64::try_from(end.len()).unwrap());
        story.ends_with(HALL, end);
        story.is_sound();
    }
}

#[test]
fn a_deleted_room_may_end_with_what_nobody_has_read() {
    let mut story = Story::begins();
    story.posts(ANA, HALL, 1, 1);
    story.polls(BO, HALL, 0, &[(1, 1)]);
    story.posts(BO, HALL, 2, 2);
    story.posts(BO, HALL, 3, 3);
    story.deletes(ANA, HALL);
    story.is_sound();
    assert!(unread(story.history()).is_empty());
}

#[test]
fn what_a_reader_of_a_deleted_room_stepped_over_is_lost() {
    let mut story = Story::begins();
    story.posts(ANA, HALL, 1, 1);
    story.posts(BO, HALL, 2, 2);
    story.posts(BO, HALL, 3, 3);
    story.polls(CY, HALL, 0, &[(1, 1), (3, 3)]);
    story.deletes(ANA, HALL);
    story.shows(&[Kind::Lost, Kind::Hole]);
}

#[test]
fn what_was_before_the_first_cursor_of_every_reader_is_not_missed() {
    let mut story = Story::begins();
    story.posts(ANA, HALL, 1, 1);
    story.posts(BO, HALL, 2, 2);
    story.polls(CY, HALL, 1, &[(2, 2)]);
    story.deletes(ANA, HALL);
    story.is_sound();
}

#[test]
fn a_living_room_that_was_not_read_in_the_end_is_told() {
    let mut story = Story::begins();
    story.posts(ANA, HALL, 1, 1);
    assert_eq!(unread(story.history()), [HALL]);
    story.deletes(ANA, HALL).outcome = Outcome::Unknown;
    assert!(unread(story.history()).is_empty(), "it may be gone");
}

#[test]
fn one_message_at_two_places_is_a_duplicate() {
    let mut story = Story::begins();
    story.tries(ANA, HALL, 1);
    story.posts(ANA, HALL, 1, 2);
    story.ends_with(HALL, &[1, 1]);
    story.shows(&[Kind::Duplicate]);
}

#[test]
fn a_repeated_send_is_the_same_message() {
    let mut story = Story::begins();
    story.tries(ANA, HALL, 1);
    story.repeats(ANA, HALL, 1, 1);
    story.repeats(ANA, HALL, 1, 1);
    story.ends_with(HALL, &[1]);
    story.is_sound();
}

#[test]
fn a_message_in_two_rooms_is_a_duplicate_and_a_phantom() {
    let mut story = Story::begins();
    story.posts(ANA, HALL, 1, 1);
    story.ends_with(HALL, &[1]);
    story.ends_with(KITCHEN, &[1]);
    story.shows(&[Kind::Duplicate, Kind::Phantom]);
}

#[test]
fn what_nobody_sent_is_a_phantom() {
    let mut story = Story::begins();
    story.polls(BO, HALL, 0, &[(1, 1)]);
    story.shows(&[Kind::Phantom]);
}

#[test]
fn what_was_refused_whenever_it_was_sent_is_a_phantom() {
    let mut story = Story::begins();
    story.is_refused(ANA, HALL, 1, 429);
    story.is_refused(ANA, HALL, 1, 413);
    story.polls(BO, HALL, 0, &[(1, 1)]);
    story.shows(&[Kind::Phantom]);
}

#[test]
fn what_was_refused_but_once_is_none() {
    let mut story = Story::begins();
    story.tries(ANA, HALL, 1);
    story.is_refused(ANA, HALL, 1, 429);
    story.polls(BO, HALL, 0, &[(1, 1)]);
    story.is_sound();
}

#[test]
fn what_is_read_before_it_is_sent_is_a_phantom() {
    let mut story = Story::begins();
    story.polls(BO, HALL, 0, &[(1, 1)]);
    story.repeats(ANA, HALL, 1, 1);
    story.shows(&[Kind::Phantom]);
}

#[test]
fn two_messages_at_one_place_are_a_disagreement() {
    let mut story = Story::begins();
    story.tries(ANA, HALL, 1);
    story.tries(BO, HALL, 2);
    story.polls(ANA, HALL, 0, &[(1, 1)]);
    story.polls(BO, HALL, 0, &[(1, 2)]);
    story.shows(&[Kind::Disagreement]);
}

#[test]
fn an_acknowledgement_and_a_reader_can_disagree() {
    let mut story = Story::begins();
    story.posts(ANA, HALL, 1, 1);
    story.tries(BO, HALL, 2);
    story.polls(BO, HALL, 0, &[(1, 2)]);
    story.shows(&[Kind::Lost, Kind::Disagreement]);
}

#[test]
fn one_message_under_two_tags_is_a_disagreement() {
    let mut story = Story::begins();
    story.posts(ANA, HALL, 1, 1);
    story.polls(BO, HALL, 0, &[(1, 1)]);
    let mut entries = vec![entry(1, 1)];
    entries[0].tag += 1;
    story.polls(CY, HALL, 0, &[]).outcome = Outcome::Read { entries, more: false };
    story.shows(&[Kind::Disagreement]);
}

#[test]
fn an_answer_has_no_hole() {
    let mut story = Story::begins();
    for (nonce, seq) in [(1, 1), (2, 2), (3, 3)] {
        story.posts(ANA, HALL, nonce, seq);
    }
    story.polls(BO, HALL, 0, &[(1, 1), (2, 2), (3, 3)]);
    story.is_sound();
    story.polls(BO, HALL, 0, &[(1, 1), (3, 3)]);
    story.shows(&[Kind::Hole]);
}

#[test]
fn an_answer_starts_right_after_its_cursor() {
    let seen = [(1, 1), (2, 2), (3, 3)];
    for (after, shown, kind) in [(0, &seen[1..], Kind::SkippedPoll), (2, &seen[1..], Kind::BackwardsPoll)] {
        let mut story = Story::begins();
        for (seq, nonce) in seen {
            story.posts(ANA, HALL, nonce, seq);
        }
        story.polls(BO, HALL, 0, &seen[..1]);
        story.polls(BO, HALL, 1, &seen[1..]);
        story.is_sound();
        story.polls(CY, HALL, after, shown);
        story.shows(&[kind]);
    }
}

#[test]
fn the_answer_to_a_post_is_held_to_the_same() {
    let mut story = Story::begins();
    story.posts(ANA, HALL, 1, 1);
    story.polls(ANA, HALL, 0, &[(1, 1)]);
    let read = vec![entry(2, 2)];
    let outcome = Outcome::Posted { seq: 2, repeated: false, read, more: false };
    story.tries(BO, HALL, 2).outcome = outcome;
    story.shows(&[Kind::SkippedPoll]);
    story.last().deed = crate::proof::history::Deed::Post { room: HALL, nonce: Nonce(2), after: 1 };
    story.is_sound();
}

#[test]
fn a_log_that_does_not_begin_at_one_has_lost_its_beginning() {
    let mut story = Story::begins();
    story.posts(ANA, HALL, 1, 1);
    story.posts(ANA, HALL, 2, 2);
    story.ends_with(HALL, &[]).outcome = super::story::read(&[(2, 2)]);
    story.shows(&[Kind::Lost, Kind::SkippedPoll]);
}
