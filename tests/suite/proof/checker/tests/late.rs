use std::time::Duration;

use super::super::Kind;
use super::{ANA, BO, CY, HALL, Story};
use crate::proof::history::Outcome;

const PAUSE: Duration = Duration::from_secs(1);

/// Ana says something, and bo polls so often without being shown it.
fn unshown(polls: usize) -> Story {
    let mut story = Story::begins();
    story.waits(6 * PAUSE);
    story.posts(ANA, HALL, 1, 1);
    for _ in 0..polls {
        story.polls(BO, HALL, 0, &[]);
        story.waits(PAUSE);
    }
    story
}

#[test]
fn the_first_poll_after_an_acknowledgement_may_miss_it() {
    let mut story = unshown(1);
    story.polls(BO, HALL, 0, &[(1, 1)]);
    story.is_sound();
}

#[test]
fn the_second_may_not() {
    unshown(2).shows(&[Kind::Late]);
}

#[test]
fn polls_that_began_before_the_acknowledgement_do_not_count() {
    let mut story = Story::begins();
    story.waits(6 * PAUSE);
    story.polls(BO, HALL, 0, &[]);
    let began = story.last().ended + 1000;
    story.posts(ANA, HALL, 1, 1).began = began;
    story.waits(PAUSE);
    story.polls(BO, HALL, 0, &[]);
    story.is_sound();
}

#[test]
fn asking_at_once_is_not_asking_a_second_time() {
    let mut story = unshown(0);
    story.polls(BO, HALL, 0, &[]);
    story.polls(BO, HALL, 0, &[]);
    story.is_sound();
}

#[test]
fn an_answer_with_more_to_come_is_not_late() {
    let mut story = unshown(2);
    story.last().outcome = Outcome::Read { entries: Vec::new(), more: true };
    story.is_sound();
}

#[test]
fn the_polls_of_two_readers_do_not_add_up() {
    let mut story = unshown(1);
    story.polls(CY, HALL, 0, &[]);
    story.is_sound();
}

#[test]
fn while_something_is_broken_the_second_may_miss_it() {
    let mut story = unshown(1);
    story.breaks_for(Duration::from_millis(1));
    story.polls(BO, HALL, 0, &[]);
    story.is_sound();
}

#[test]
fn it_is_well_again_five_seconds_later() {
    for (later, expected) in [(4 * PAUSE, &[][..]), (6 * PAUSE, &[Kind::Late])] {
        let mut story = Story::begins();
        story.breaks_for(PAUSE);
        story.waits(PAUSE + later);
        story.posts(ANA, HALL, 1, 1);
        story.polls(BO, HALL, 0, &[]);
        story.waits(PAUSE);
        story.polls(BO, HALL, 0, &[]);
        story.shows(expected);
    }
}

#[test]
fn whatever_is_broken_nothing_is_kept_back_for_two_seconds() {
    for (wait, expected) in [(1900, &[][..]), (2100, &[Kind::Late])] {
        let mut story = Story::begins();
        story.breaks_for(60 * PAUSE);
        story.posts(ANA, HALL, 1, 1);
        story.waits(Duration::from_millis(wait));
        story.polls(BO, HALL, 0, &[]);
        story.shows(expected);
    }
}

#[test]
fn a_poll_without_an_answer_keeps_nothing_back() {
    let mut story = unshown(1);
    story.waits(3 * PAUSE);
    story.polls(BO, HALL, 0, &[]).outcome = Outcome::Unknown;
    story.is_sound();
}

#[test]
fn what_the_reader_has_already_is_not_missing() {
    let mut story = unshown(1);
    story.waits(3 * PAUSE);
    story.polls(BO, HALL, 1, &[]);
    story.is_sound();
}
