//! Every refusal beside the allowed case, and what the posts of one batch see of each other.

use super::*;
use crate::model::accounts::AccountId;
use crate::model::digests::DigestKey;
use crate::model::memberships::Whereabouts;
use crate::model::messages::Body;
use crate::model::rooms::{RoomId, RoomLink};

const LAB: RoomId = RoomId(7);
/// Owns the room.
const ANA: i64 = 1;
const BO: i64 = 2;
const CY: i64 = 3;
/// Has left.
const DEE: i64 = 4;
/// Is logged out.
const EVA: i64 = 5;

fn person(id: i64) -> Person {
    Person { id: AccountId(id), name: format!("p{id}") }
}

fn token(id: i64) -> TokenHash {
    TokenHash([u8::try_from(id).unwrap(); 32])
}

fn key() -> DigestKey {
    DigestKey::from_hex(&"ab".repeat(DigestKey::BYTES)).unwrap()
}

fn senders() -> HashMap<TokenHash, Sender> {
    let sender = |id| {
        let lab = RoomLink { id: LAB, name: "Lab".into() };
        let whereabouts = if id == DEE { Whereabouts::Nowhere } else { Whereabouts::Inside(lab) };
        (token(id), Sender { person: person(id), whereabouts })
    };
    [ANA, BO, CY, DEE].map(sender).into()
}

fn lab(deleted: bool) -> LockedRoom {
    let deleted_by = deleted.then(|| person(ANA));
    let head = Position::new(10, 1);
    LockedRoom { name: "Lab".into(), owner: AccountId(ANA), head, message_count: 9, deleted_by }
}

fn says(body: &str) -> Content {
    Content::Message(Body::parse(body).unwrap())
}

fn edits(about: i64, body: &str) -> Content {
    Content::Edit { about, body: Body::parse(body).unwrap() }
}

fn deletes(about: i64) -> Content {
    Content::Delete { about }
}

/// What becomes of these, each by a person and with a nonce, in a room where 3 is a message by bo and 4 one of bo's that
/// was deleted: the number and whether that was sent before, or why not. Then what is stored, and how each reads.
struct Outcome {
    each: Vec<Result<(i64, bool), Refusal>>,
    stored: Vec<RoomEntry>,
    read: Vec<RoomEntry>,
}

fn outcome_in(room: &LockedRoom, known: StoredByNonce, sent: &[(i64, &str, Content)]) -> Outcome {
    let (senders, key) = (senders(), key());
    let post = |(id, nonce, content): &(i64, &str, Content)| {
        let (token, nonce, content) = (token(*id), Nonce::parse(nonce).unwrap(), content.clone());
        Post { token, room: LAB, nonce, content, about_sent_at: None }
    };
    let posts: Vec<_> = sent.iter().map(post).collect();
    let targets = Targets::of(&[(3, AccountId(BO), false), (4, AccountId(BO), true)]);
    let mut batch = Batch::new(room, &senders, known, targets);
    let posted: Vec<_> =
        posts.iter().map(|post| batch.take(post, key.digest(&post.nonce, &post.content))).collect();
    let (accepted, targets) = batch.into_parts();
    let stored = accepted.into_iter().map(|accepted| accepted.entry).collect();
    let each = posted.iter().map(|it| it.as_ref().map(|it| (it.entry.position.seq, it.repeated)));
    let each = each.map(|it| it.map_err(Clone::clone)).collect();
    let read = posted.into_iter().flatten().map(|it| {
        let mut entry = it.entry;
        targets.bring_up_to_date(&mut entry);
        entry
    });
    Outcome { each, stored, read: read.collect() }
}

fn outcome(sent: &[(i64, &str, Content)]) -> Vec<Result<(i64, bool), Refusal>> {
    outcome_in(&lab(false), HashMap::new(), sent).each
}

fn body(entry: &RoomEntry) -> &str {
    match &entry.event {
        RoomEvent::Message(message) => &message.body,
        RoomEvent::Change(Change { kind: ChangeKind::Edited(body), .. }) => body,
        RoomEvent::Change(_) => "(deleted)",
    }
}

#[test]
fn authors_change_their_own_and_the_owner_deletes_any() {
    assert_eq!(outcome(&[(BO, "a", edits(3, "stew"))]), [Ok((11, false))]);
    assert_eq!(outcome(&[(BO, "a", deletes(3))]), [Ok((11, false))]);
    assert_eq!(outcome(&[(ANA, "a", deletes(3))]), [Ok((11, false))]);
    assert_eq!(outcome(&[(ANA, "a", edits(3, "stew"))]), [Err(Refusal::NotYours)]);
    assert_eq!(outcome(&[(CY, "a", edits(3, "stew"))]), [Err(Refusal::NotYours)]);
    assert_eq!(outcome(&[(CY, "a", deletes(3))]), [Err(Refusal::NotYours)]);
    assert_eq!(outcome(&[(BO, "a", edits(4, "stew"))]), [Err(Refusal::MessageDeleted)]);
    assert_eq!(outcome(&[(ANA, "a", deletes(4))]), [Err(Refusal::MessageDeleted)]);
    assert_eq!(outcome(&[(BO, "a", edits(5, "stew"))]), [Err(Refusal::NoSuchMessage)]);
    assert_eq!(outcome(&[(BO, "a", deletes(99))]), [Err(Refusal::NoSuchMessage)]);
}

#[test]
fn what_was_wrong_first_is_told() {
    let change = |id| [(id, "a", deletes(99))];
    let gone = Refusal::RoomDeleted { room: "Lab".into(), by: "p1".into() };
    let in_deleted = |id| outcome_in(&lab(true), HashMap::new(), &change(id)).each;
    assert_eq!(in_deleted(EVA), [Err(Refusal::LoggedOut)]);
    assert_eq!(in_deleted(BO), [Err(gone.clone())]);
    assert_eq!(in_deleted(DEE), [Err(gone)]);
    assert_eq!(outcome(&change(DEE)), [Err(Refusal::NotAMember { inside: None })]);
    assert_eq!(outcome(&change(CY)), [Err(Refusal::NoSuchMessage)], "beside the one inside");
    // A known nonce is answered to someone who has left, and before what would be wrong with a change.
    let known = |content: Content| {
        let nonce = Nonce::parse("a").unwrap();
        let change = Change { about: 3, by: person(DEE), kind: ChangeKind::Deleted };
        let (position, event) = (Position::new(9, 1), RoomEvent::Change(change));
        let entry = Entry { position, at: Timestamp(0), event };
        let sent = (AccountId(DEE), "a".to_owned());
        HashMap::from([(sent, (entry, key().digest(&nonce, &content)))])
    };
    let again = |before| outcome_in(&lab(false), known(before), &change(DEE)).each;
    assert_eq!(again(deletes(99)), [Ok((9, true))]);
    assert_eq!(again(deletes(98)), [Err(Refusal::NonceReused)]);
    assert_eq!(again(edits(99, "stew")), [Err(Refusal::NonceReused)]);
}

#[test]
fn a_change_sent_again_is_the_same_change() {
    let (stew, soup) = (edits(3, "stew"), edits(3, "soup"));
    let again = [(BO, "a", stew.clone()), (BO, "a", stew), (BO, "a", soup.clone())];
    let superseded = [(BO, "b", soup.clone()), (BO, "a", soup)];
    let sent = [&again[..], &superseded].concat();
    let outcome = outcome_in(&lab(false), HashMap::new(), &sent);
    assert_eq!(outcome.each[..3], [Ok((11, false)), Ok((11, true)), Err(Refusal::NonceReused)]);
    assert_eq!(
        outcome.each[3..],
        [Ok((12, false)), Ok((11, true))],
        "of a superseded one there is no digest"
    );
    assert_eq!(outcome.stored.len(), 2);
    let deleted = [(BO, "a", deletes(3)), (BO, "a", deletes(3)), (ANA, "a", deletes(3))];
    let each = [Ok((11, false)), Ok((11, true)), Err(Refusal::MessageDeleted)];
    assert_eq!(self::outcome(&deleted), each, "the owner's own nonce is another");
}

#[test]
fn later_changes_in_a_batch_see_what_earlier_ones_did() {
    let sent = [
        (BO, "a", edits(3, "stew")),
        (BO, "b", edits(3, "soup")),
        (CY, "c", says("me too")),
        (CY, "d", edits(13, "me three")),
        (ANA, "e", deletes(13)),
        (CY, "f", edits(13, "me four")),
        (BO, "g", says("hello")),
        (BO, "h", edits(11, "a change is no message")),
    ];
    let Outcome { each, stored, read } = outcome_in(&lab(false), HashMap::new(), &sent);
    let numbers = [Ok((11, false)), Ok((12, false)), Ok((13, false)), Ok((14, false)), Ok((15, false))];
    assert_eq!(each[..5], numbers);
    assert_eq!(each[5..], [Err(Refusal::MessageDeleted), Ok((16, false)), Err(Refusal::NoSuchMessage)]);
    assert_eq!(stored.len(), 6);
    // What the senders are told, as it reads after all of it.
    assert_eq!(read.iter().map(body).collect::<Vec<_>>(), ["", "soup", "", "", "(deleted)", "hello"]);
    let RoomEvent::Message(gone) = &read[2].event else { panic!("a message") };
    assert_eq!((gone.changed, gone.deleted_by.as_deref()), (15, Some("p1")));
}

#[test]
fn a_retry_never_brings_a_deleted_message_back() {
    let sent = [
        (CY, "a", says("soup")),
        (CY, "b", deletes(11)),
        (CY, "a", says("soup")),
        (CY, "a", says("another text")),
        (CY, "b", deletes(11)),
        (BO, "a", says("soup")),
    ];
    let Outcome { each, stored, read } = outcome_in(&lab(false), HashMap::new(), &sent);
    let again = [Ok((11, true)), Ok((11, true)), Ok((12, true)), Ok((13, false))];
    assert_eq!((&each[..2], &each[2..]), (&[Ok((11, false)), Ok((12, false))][..], &again[..]));
    assert_eq!((stored.len(), body(&read[2])), (3, ""), "and it is not told of");
}
