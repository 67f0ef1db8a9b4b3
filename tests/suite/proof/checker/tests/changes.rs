use std::time::Duration;

use super::super::{Kind, check};
use super::story::{deletion, edit, edited, entry, erased};
use super::{ANA, BO, CY, HALL, Story};
use crate::proof::history::{ChangeKind, Entry, Outcome, What};

/// More than memory may be behind.
const LONG: Duration = Duration::from_millis(2100);
const NOT_SO_LONG: Duration = Duration::from_millis(1900);

/// Bo says 1 and edits it: 11.
fn edited_once() -> Story {
    let mut story = Story::begins();
    story.posts(BO, HALL, 1, 1);
    story.edits(BO, 1, 11, 2);
    story
}

/// Bo says 1, edits it and deletes it: 11, 12.
fn deleted_once() -> Story {
    let mut story = edited_once();
    story.erases(BO, 1, 12, 3);
    story
}

fn without_text(entry: Entry) -> Entry {
    Entry { text: None, ..entry }
}

#[test]
fn messages_that_read_as_their_changes_say_are_sound() {
    let mut story = Story::begins();
    story.posts(BO, HALL, 1, 1);
    story.is_shown(CY, 0, &[entry(1, 1)]);
    story.edits(BO, 1, 11, 2);
    story.is_shown(CY, 1, &[edit(2, 11, 1)]);
    story.is_shown(ANA, 0, &[edited(1, 1, 11, 2), edit(2, 11, 1)]);
    story.erases(ANA, 1, 12, 3);
    story.is_shown(CY, 2, &[deletion(3, 12, 1)]);
    story.is_shown(ANA, 0, &[erased(1, 1, 3), without_text(edit(2, 11, 1)), deletion(3, 12, 1)]);
    story.looks_back(CY, 2, &[erased(1, 1, 3)], 3);
    story.is_sound();
}

#[test]
fn a_change_that_is_not_there_in_the_end_is_lost() {
    for (end, expected) in
        [(&[edited(1, 1, 11, 2), edit(2, 11, 1)][..], &[][..]), (&[entry(1, 1)], &[Kind::Lost])]
    {
        let mut story = edited_once();
        let end = Outcome::Read { entries: end.to_vec(), more: false };
        story.ends_with(HALL, &[]).outcome = end;
        story.shows(expected);
    }
}

#[test]
fn a_deletion_that_one_reader_saw_and_another_did_not_is_missing() {
    let log = [erased(1, 1, 3), without_text(edit(2, 11, 1)), deletion(3, 12, 1)];
    let otherwise = [edited(1, 1, 11, 2), edit(2, 11, 1), entry(3, 3)];
    let differs = [Kind::Disagreement, Kind::Outdated, Kind::PagesDiffer];
    for (shown, expected) in [(log, &[][..]), (otherwise, &differs)] {
        let mut story = deleted_once();
        story.tries(BO, HALL, 3);
        story.is_shown(CY, 0, &log);
        story.is_shown(ANA, 0, &shown);
        story.shows(expected);
    }
}

#[test]
fn what_one_reader_steps_over_is_a_hole() {
    let mut story = deleted_once();
    story.posts(BO, HALL, 4, 4);
    story.is_shown(CY, 1, &[without_text(edit(2, 11, 1)), deletion(3, 12, 1), entry(4, 4)]);
    story.is_sound();
    story.is_shown(ANA, 1, &[without_text(edit(2, 11, 1)), entry(4, 4)]);
    story.shows(&[Kind::Hole]);
}

#[test]
fn a_change_at_two_places_is_a_duplicate() {
    let mut story = edited_once();
    story.is_shown(CY, 0, &[edited(1, 1, 11, 2), edit(2, 11, 1)]);
    story.is_sound();
    story.is_shown(ANA, 2, &[edit(3, 11, 1)]);
    story.shows(&[Kind::Duplicate]);
}

#[test]
fn a_second_deletion_is_a_change_after_the_deletion() {
    for second in [deletion(4, 13, 1), edit(4, 13, 1)] {
        let kind = if second.text.is_some() { ChangeKind::Edit } else { ChangeKind::Deletion };
        let mut story = deleted_once();
        story.tries_to_change(BO, kind, 1, 13);
        story.is_sound();
        story.is_shown(CY, 3, &[second]);
        story.shows(&[Kind::ChangedAfterDeletion]);
    }
}

#[test]
fn a_change_follows_its_message() {
    let mut story = Story::begins();
    story.tries_to_change(BO, ChangeKind::Edit, 2, 11);
    story.tries(BO, HALL, 1);
    story.is_shown(CY, 0, &[edit(1, 11, 2)]);
    story.shows(&[Kind::ChangeBeforeMessage]);
}

#[test]
fn a_change_is_about_a_message() {
    let mut story = edited_once();
    story.edits(BO, 2, 12, 3);
    story.shows(&[Kind::ChangeBeforeMessage]);
}

#[test]
fn a_change_that_nobody_made_is_a_phantom() {
    for kind in [edit(2, 11, 1), deletion(2, 11, 1)] {
        let mut story = Story::begins();
        story.posts(BO, HALL, 1, 1);
        story.is_shown(CY, 1, &[kind]);
        story.shows(&[Kind::Phantom]);
    }
}

#[test]
fn a_message_reads_as_the_change_says_which_it_names() {
    let log = edit(2, 11, 1);
    let of_another = Entry { text: Some(crate::proof::history::Nonce(1)), ..edited(1, 1, 11, 2) };
    for wrong in [of_another, without_text(edited(1, 1, 11, 2)), erased(1, 1, 2), without_text(entry(1, 1))] {
        let mut story = edited_once();
        story.is_shown(CY, 0, &[edited(1, 1, 11, 2), log]);
        story.is_sound();
        story.is_shown(ANA, 0, &[wrong]);
        let found = check(story.history());
        assert!(found.iter().any(|anomaly| anomaly.kind == Kind::Misread), "{wrong:?}: {found:#?}");
    }
}

#[test]
fn the_guard_of_a_message_is_the_number_of_its_change() {
    // A page that has loaded this takes an edit before that for a newer one.
    let mut story = edited_once();
    story.edits(BO, 1, 12, 3);
    let unguarded = Entry { what: What::Message { changed: 2, is_deleted: false }, ..edited(1, 1, 12, 3) };
    story.looks_back(CY, 2, &[edited(1, 1, 12, 3)], 3);
    story.is_sound();
    story.looks_back(CY, 2, &[unguarded], 2);
    story.shows(&[Kind::Misread]);
}

#[test]
fn a_message_shows_the_changes_that_come_with_it() {
    let mut story = edited_once();
    story.is_shown(CY, 0, &[edited(1, 1, 11, 2)]);
    story.is_shown(ANA, 0, &[entry(1, 1)]);
    story.is_sound();
    story.is_shown(CY, 0, &[entry(1, 1), edit(2, 11, 1)]);
    story.shows(&[Kind::Outdated]);
}

#[test]
fn a_look_back_shows_the_changes_before_its_moment() {
    for (as_of, expected) in [(1, &[][..]), (2, &[Kind::Outdated])] {
        let mut story = edited_once();
        story.looks_back(CY, 2, &[entry(1, 1)], as_of);
        story.shows(expected);
    }
}

#[test]
fn a_look_back_has_every_message() {
    let mut story = edited_once();
    story.posts(BO, HALL, 3, 3);
    story.looks_back(CY, 4, &[edited(1, 1, 11, 2), entry(3, 3)], 3);
    story.is_sound();
    story.looks_back(CY, 4, &[entry(3, 3)], 3);
    story.shows(&[Kind::Hole]);
}

#[test]
fn an_acknowledged_change_is_shown_two_seconds_later() {
    for (wait, expected) in [(NOT_SO_LONG, &[][..]), (LONG, &[Kind::Outdated])] {
        let mut story = edited_once();
        story.waits(wait);
        story.is_shown(CY, 0, &[entry(1, 1)]).outcome =
            Outcome::Read { entries: vec![entry(1, 1)], more: true };
        story.shows(expected);
    }
}

#[test]
fn a_deleted_text_is_answered_for_two_seconds_at_most() {
    let (message, edit) = (edited(1, 1, 11, 2), edit(2, 11, 1));
    for shown in [message, edit] {
        for (wait, expected) in [(NOT_SO_LONG, &[][..]), (LONG, &[Kind::DeletedText])] {
            let mut story = deleted_once();
            story.waits(wait);
            let after = shown.seq - 1;
            let outcome = Outcome::Read { entries: vec![shown], more: true };
            story.is_shown(CY, after, &[]).outcome = outcome;
            story.shows(expected);
        }
    }
}

#[test]
fn a_deletion_that_may_not_have_been_takes_no_text() {
    let mut story = edited_once();
    story.tries_to_change(BO, ChangeKind::Deletion, 1, 12);
    story.waits(LONG);
    story.is_shown(CY, 0, &[edited(1, 1, 11, 2), edit(2, 11, 1)]);
    story.is_sound();
}

#[test]
fn only_a_later_change_takes_the_text_of_an_edit() {
    for kind in [ChangeKind::Edit, ChangeKind::Deletion] {
        let mut story = edited_once();
        story.is_shown(CY, 0, &[edited(1, 1, 11, 2), without_text(edit(2, 11, 1))]);
        story.shows(&[Kind::Misread]);
        story.tries_to_change(BO, kind, 1, 12);
        story.is_sound();
    }
}

#[test]
fn a_later_edit_takes_the_text_of_the_one_before() {
    let (first, second) = (edit(2, 11, 1), edit(3, 12, 1));
    for (first, expected) in [(without_text(first), &[][..]), (first, &[Kind::Outdated])] {
        let mut story = edited_once();
        story.edits(BO, 1, 12, 3);
        story.is_shown(CY, 0, &[edited(1, 1, 12, 3), first, second]);
        story.shows(expected);
    }
}

#[test]
fn a_retry_does_not_bring_a_deleted_message_back() {
    let mut story = deleted_once();
    story.repeats(BO, HALL, 1, 1);
    story.is_sound();
    story.posts(BO, HALL, 1, 4);
    story.shows(&[Kind::Duplicate]);
}

#[test]
fn a_message_says_that_it_was_changed() {
    // A page that has loaded it otherwise takes an earlier change for a later one.
    let mut story = edited_once();
    story.looks_back(CY, 2, &[edited(1, 1, 11, 2)], 2);
    story.is_sound();
    story.looks_back(CY, 2, &[entry(1, 11)], 2);
    story.last().outcome =
        Outcome::LookedBack { entries: vec![Entry { tag: 1001, ..entry(1, 11) }], first: 1, as_of: 1 };
    story.shows(&[Kind::Duplicate, Kind::Phantom, Kind::Disagreement]);
}

#[test]
fn a_page_ends_like_the_log() {
    let (first, second, last) = (without_text(edit(2, 11, 1)), edit(3, 12, 1), entry(4, 4));
    let differs = [Kind::Lost, Kind::Hole, Kind::PagesDiffer];
    for (told, expected) in [(&[first, second, last][..], &[][..]), (&[first, last], &differs)] {
        let mut story = edited_once();
        story.is_shown(CY, 1, &[]);
        story.edits(BO, 1, 12, 3);
        story.posts(BO, HALL, 4, 4);
        story.looks_back(CY, 2, &[edited(1, 1, 11, 2)], 2);
        story.is_shown(CY, 1, told);
        story.shows(expected);
    }
}

#[test]
fn authors_change_their_own_and_owners_delete_any() {
    let mut story = Story::begins();
    story.posts(BO, HALL, 1, 1);
    story.posts(BO, HALL, 2, 2);
    story.edits(BO, 1, 11, 3);
    story.erases(ANA, 1, 12, 4);
    story.is_sound();
    story.erases(CY, 2, 13, 5);
    story.shows(&[Kind::ChangedByOthers]);
    story.last().account = BO.account;
    story.is_sound();
    story.edits(ANA, 2, 14, 6);
    story.shows(&[Kind::ChangedAfterDeletion, Kind::ChangedByOthers]);
}

#[test]
fn a_change_is_refused_for_a_reason() {
    let refused = |story: &mut Story, who, kind, status| {
        story.tries_to_change(who, kind, 1, 20).outcome = Outcome::Refused { status };
    };
    let said = || {
        let mut story = Story::begins();
        story.posts(BO, HALL, 1, 1);
        story
    };
    for (who, kind, status, expected) in [
        (BO, ChangeKind::Edit, 403, &[Kind::WronglyRefused][..]),
        (ANA, ChangeKind::Edit, 403, &[]),
        (CY, ChangeKind::Deletion, 403, &[]),
        (ANA, ChangeKind::Deletion, 403, &[Kind::WronglyRefused]),
        (BO, ChangeKind::Edit, 409, &[Kind::WronglyRefused]),
        (BO, ChangeKind::Edit, 404, &[Kind::WronglyRefused]),
    ] {
        let mut story = said();
        refused(&mut story, who, kind, status);
        story.shows(expected);
    }
    let mut story = said();
    story.tries_to_change(ANA, ChangeKind::Deletion, 1, 12);
    refused(&mut story, BO, ChangeKind::Edit, 409);
    story.is_sound();
}

#[test]
fn a_change_is_accepted_before_the_end_alone() {
    let mut story = edited_once();
    story.logs_out(BO);
    story.edits(BO, 1, 12, 3);
    story.shows(&[Kind::AcceptedAfterLogOut]);
    let mut story = edited_once();
    story.leaves(BO, HALL);
    story.edits(BO, 1, 12, 3);
    story.shows(&[Kind::AcceptedAfterLeaving]);
}
