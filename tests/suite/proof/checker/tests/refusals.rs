use super::super::Kind;
use super::{ANA, BO, HALL, KITCHEN, Story};
use crate::proof::history::Outcome;

#[test]
fn nobody_inside_is_refused() {
    for status in [401, 403, 404, 410] {
        let mut story = Story::begins();
        story.is_refused(BO, HALL, 1, status);
        story.shows(&[Kind::WronglyRefused]);

        let mut story = Story::begins();
        story.polls(BO, HALL, 0, &[]).outcome = Outcome::Refused { status };
        story.shows(&[Kind::WronglyRefused]);
    }
}

#[test]
fn too_much_may_be_refused_to_everybody() {
    let mut story = Story::begins();
    story.is_refused(BO, HALL, 1, 413);
    story.is_refused(BO, HALL, 1, 429);
    story.is_sound();
}

#[test]
fn who_may_have_left_may_be_refused() {
    for outcome in [Outcome::Done, Outcome::Unknown] {
        let mut story = Story::begins();
        story.leaves(BO, HALL).outcome = outcome;
        story.is_refused(BO, HALL, 1, 403);
        story.is_sound();
    }
}

#[test]
fn who_has_come_back_may_not() {
    let mut story = Story::begins();
    story.leaves(BO, HALL);
    story.joins(BO, HALL);
    story.is_refused(BO, HALL, 1, 403);
    story.shows(&[Kind::WronglyRefused]);
}

#[test]
fn who_is_leaving_may_be_refused() {
    let mut story = Story::begins();
    let refused = story.is_refused(BO, HALL, 1, 403);
    let (began, ended) = (refused.began, refused.ended);
    let left = story.leaves(BO, HALL);
    (left.began, left.ended) = (began + 1, ended + 1);
    story.is_sound();
}

#[test]
fn a_session_that_may_have_ended_may_be_refused() {
    for outcome in [Outcome::Done, Outcome::Unknown] {
        let mut story = Story::begins();
        story.logs_out(BO).outcome = outcome;
        story.is_refused(BO, HALL, 1, 401);
        story.is_sound();
    }
}

#[test]
fn the_end_of_one_session_is_not_the_end_of_another() {
    let mut story = Story::begins();
    story.logs_out(BO.at_work());
    story.is_refused(BO, HALL, 1, 401);
    story.shows(&[Kind::WronglyRefused]);
}

#[test]
fn a_room_that_may_have_been_deleted_may_be_gone() {
    for outcome in [Outcome::Done, Outcome::Unknown] {
        let mut story = Story::begins();
        story.deletes(ANA, HALL).outcome = outcome;
        story.is_refused(BO, HALL, 1, 410);
        story.is_sound();
    }
}

#[test]
fn a_living_room_can_be_found_by_everybody() {
    let mut story = Story::begins();
    story.leaves(BO, HALL);
    story.joins(BO, HALL).outcome = Outcome::Refused { status: 404 };
    story.shows(&[Kind::WronglyRefused]);
}

#[test]
fn a_room_that_never_was_cannot() {
    let mut story = Story::begins();
    story.leaves(BO, HALL);
    story.joins(BO, KITCHEN).outcome = Outcome::Refused { status: 404 };
    story.is_sound();
}

#[test]
fn nobody_is_sent_to_another_history() {
    let mut story = Story::begins();
    story.polls(BO, HALL, 0, &[]).outcome = Outcome::Refused { status: 409 };
    story.shows(&[Kind::Resync]);
}

#[test]
fn nobody_used_that_nonce() {
    let mut story = Story::begins();
    story.is_refused(BO, HALL, 1, 409);
    story.shows(&[Kind::WronglyRefused]);
}
