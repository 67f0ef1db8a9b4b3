use std::time::Duration;

use super::super::Kind;
use super::{ANA, BO, CY, HALL, Story};
use crate::proof::history::Outcome;

/// Longer than memory may be old.
const LONG: Duration = Duration::from_millis(2100);
const SHORT: Duration = Duration::from_millis(1900);

type End = fn(&mut Story);

/// The three ends that bo can meet with in the hall.
const ENDS: [(End, Kind); 3] = [
    (|story| _ = story.deletes(ANA, HALL), Kind::AcceptedAfterDeletion),
    (|story| _ = story.logs_out(BO), Kind::AcceptedAfterLogOut),
    (|story| _ = story.leaves(BO, HALL), Kind::AcceptedAfterLeaving),
];

#[test]
fn what_is_sent_after_the_end_is_not_accepted() {
    for (end, kind) in ENDS {
        let mut story = Story::begins();
        end(&mut story);
        story.posts(BO, HALL, 1, 1);
        story.shows(&[kind]);
    }
}

#[test]
fn what_is_sent_after_what_may_have_been_the_end_may_be() {
    for (end, _) in ENDS {
        let mut story = Story::begins();
        end(&mut story);
        story.last().outcome = Outcome::Unknown;
        story.posts(BO, HALL, 1, 1);
        story.is_sound();
    }
}

#[test]
fn what_is_sent_before_and_acknowledged_after_the_end_may_precede_it() {
    for (end, _) in ENDS {
        let mut story = Story::begins();
        let began = story.posts(BO, HALL, 1, 1).began;
        end(&mut story);
        let ended = story.last().ended;
        story.posts(BO, HALL, 2, 2).began = began;
        assert!(story.last().ended > ended);
        story.is_sound();
    }
}

/// Whoever is stored behind what was sent after the end was stored after the end too.
#[test]
fn what_was_sent_before_the_end_is_not_accepted_behind_what_was_sent_after_it() {
    for (end, kind) in &ENDS[1..] {
        let mut story = Story::begins();
        let tried = story.tries(BO, HALL, 1).began;
        end(&mut story);
        story.posts(CY, HALL, 2, 1);
        story.ends_with(HALL, &[2, 1]);
        story.shows(&[*kind]);

        let mut story = Story::begins();
        story.tries(BO, HALL, 1);
        end(&mut story);
        story.posts(CY, HALL, 2, 2);
        story.ends_with(HALL, &[1, 2]);
        story.is_sound();

        // Cy's message may have been stored before the end.
        let mut story = Story::begins();
        story.tries(BO, HALL, 1);
        end(&mut story);
        story.posts(CY, HALL, 2, 1).began = tried;
        story.ends_with(HALL, &[2, 1]);
        story.is_sound();
    }
}

#[test]
fn who_has_come_back_is_accepted() {
    let mut story = Story::begins();
    story.leaves(BO, HALL);
    story.joins(BO, HALL);
    story.posts(BO, HALL, 1, 1);
    story.polls(BO, HALL, 0, &[(1, 1)]);
    story.waits(LONG);
    story.polls(BO, HALL, 0, &[(1, 1)]);
    story.is_sound();
}

#[test]
fn who_may_have_come_back_may_be_accepted() {
    let mut story = Story::begins();
    story.leaves(BO, HALL);
    story.joins(BO, HALL).outcome = Outcome::Unknown;
    story.posts(BO, HALL, 1, 1);
    story.is_sound();
}

#[test]
fn a_joining_pending_since_before_the_leaving_may_bring_one_back() {
    let mut story = Story::begins();
    story.joins(BO, HALL).outcome = Outcome::Unknown;
    story.leaves(BO, HALL);
    story.posts(BO, HALL, 1, 1);
    story.is_sound();
}

#[test]
fn what_was_stored_before_coming_back_is_not_excused_by_it() {
    let mut story = Story::begins();
    story.leaves(BO, HALL);
    story.tries(BO, HALL, 1);
    story.polls(CY, HALL, 0, &[(1, 1)]);
    story.joins(BO, HALL);
    story.repeats(BO, HALL, 1, 1);
    story.shows(&[Kind::AcceptedAfterLeaving]);
}

#[test]
fn a_send_repeated_after_leaving_is_answered() {
    let mut story = Story::begins();
    story.tries(BO, HALL, 1);
    story.leaves(BO, HALL);
    story.repeats(BO, HALL, 1, 1);
    story.ends_with(HALL, &[1]);
    story.is_sound();
}

#[test]
fn a_send_repeated_after_logging_out_is_not() {
    let mut story = Story::begins();
    story.tries(BO, HALL, 1);
    story.logs_out(BO);
    story.repeats(BO, HALL, 1, 1);
    story.shows(&[Kind::AcceptedAfterLogOut]);
}

#[test]
fn another_session_of_the_same_person_is_accepted() {
    let mut story = Story::begins();
    story.tries(BO, HALL, 1);
    story.logs_out(BO);
    story.repeats(BO.at_work(), HALL, 1, 1);
    story.posts(BO.at_work(), HALL, 2, 2);
    story.waits(LONG);
    story.polls(BO.at_work(), HALL, 0, &[(1, 1), (2, 2)]);
    story.is_sound();
}

#[test]
fn memory_may_answer_for_two_seconds_after_the_end() {
    for (end, kind) in ENDS {
        for (after, expected) in [(SHORT, &[][..]), (LONG, &[kind])] {
            let mut story = Story::begins();
            end(&mut story);
            story.waits(after);
            story.polls(BO, HALL, 0, &[]);
            story.shows(expected);
        }
    }
}

#[test]
fn others_go_on_reading() {
    for (end, _) in &ENDS[1..] {
        let mut story = Story::begins();
        end(&mut story);
        story.waits(LONG);
        story.polls(CY, HALL, 0, &[]);
        story.is_sound();
    }
}
