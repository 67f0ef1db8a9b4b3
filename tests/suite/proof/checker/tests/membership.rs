use super::super::Kind;
use super::{ANA, BO, CY, HALL, KITCHEN, Story};
use crate::proof::history::{Deed, Outcome};

#[test]
fn who_joins_two_rooms_is_in_both() {
    let mut story = Story::begins();
    story.creates(BO, KITCHEN);
    story.shows(&[Kind::TwoRooms]);
}

#[test]
fn who_leaves_before_joining_another_is_in_one() {
    let mut story = Story::begins();
    story.leaves(BO, HALL);
    story.creates(BO, KITCHEN);
    story.leaves(BO, KITCHEN);
    story.joins(BO, HALL);
    story.is_sound();
}

#[test]
fn joining_twice_is_joining_once() {
    let mut story = Story::begins();
    story.joins(BO, HALL);
    story.joins(BO.at_work(), HALL);
    story.is_sound();
    story.joins(BO, KITCHEN);
    story.shows(&[Kind::TwoRooms]);
}

#[test]
fn the_room_may_have_been_left_by_every_kind_of_exit() {
    let exits: [fn(&mut Story); 3] = [
        |story| _ = story.leaves(BO, HALL),
        |story| _ = story.logs_out(BO.at_work()),
        |story| _ = story.deletes(ANA, HALL),
    ];
    for exit in exits {
        for outcome in [Outcome::Done, Outcome::Unknown] {
            let mut story = Story::begins();
            exit(&mut story);
            story.last().outcome = outcome;
            story.creates(BO, KITCHEN);
            story.is_sound();
        }
    }
}

#[test]
fn a_refused_leaving_is_no_exit() {
    let mut story = Story::begins();
    story.leaves(BO, HALL).outcome = Outcome::Refused { status: 422 };
    story.creates(BO, KITCHEN);
    story.shows(&[Kind::TwoRooms]);
}

#[test]
fn leaving_another_room_is_no_exit() {
    let mut story = Story::begins();
    story.leaves(BO, KITCHEN);
    story.creates(CY, KITCHEN).account = BO.account;
    story.shows(&[Kind::TwoRooms]);
}

#[test]
fn a_leaving_whose_answer_was_lost_may_come_about_after_the_next_joining() {
    let mut story = Story::begins();
    story.leaves(BO, HALL).outcome = Outcome::Unknown;
    story.joins(BO, HALL);
    story.creates(BO, KITCHEN);
    story.is_sound();
}

#[test]
fn a_lost_log_out_is_settled_by_the_end_of_its_session() {
    let mut story = Story::begins();
    story.logs_out(BO.at_work()).outcome = Outcome::Unknown;
    story.joins(BO, HALL);
    story.creates(BO, KITCHEN);
    story.is_sound();

    let mut story = Story::begins();
    story.logs_out(BO.at_work()).outcome = Outcome::Unknown;
    story.logs_out(BO.at_work());
    story.joins(BO, HALL);
    story.creates(BO, KITCHEN);
    story.shows(&[Kind::TwoRooms]);
}

#[test]
fn a_joining_that_overlaps_a_leaving_may_have_come_first() {
    let mut story = Story::begins();
    let left = story.leaves(BO, HALL);
    let (began, ended) = (left.began, left.ended);
    let joined = story.joins(BO, HALL);
    (joined.began, joined.ended) = (began + 1, ended + 1);
    story.creates(BO, KITCHEN);
    story.is_sound();
}

#[test]
fn an_unknown_joining_is_no_stay() {
    let mut story = Story::begins();
    story.does(BO, Deed::Create { room: None }).outcome = Outcome::Unknown;
    story.joins(BO, KITCHEN).outcome = Outcome::Unknown;
    story.is_sound();
}

#[test]
fn who_is_in_one_room_cannot_post_to_another() {
    let mut story = Story::begins();
    story.leaves(ANA, HALL);
    story.creates(ANA, KITCHEN);
    story.posts(BO, KITCHEN, 1, 1);
    story.shows(&[Kind::TwoRooms]);
}

#[test]
fn a_repeated_send_is_answered_wherever_one_is() {
    let mut story = Story::begins();
    story.tries(BO, HALL, 1);
    story.leaves(BO, HALL);
    story.creates(BO, KITCHEN);
    story.repeats(BO, HALL, 1, 1);
    story.is_sound();
}
