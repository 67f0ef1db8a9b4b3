//! That memory tells of a room with changes what the database does.

use std::sync::Arc;

use serde_json::value::RawValue;

use super::*;
use crate::config::Config;
use crate::live::moment::Moment;
use crate::live::room_log::Updates;
use crate::live::watched::LoadRequest;
use crate::model::Timestamp;
use crate::model::accounts::{AccountId, Person, Username};
use crate::model::log::Cursor;
use crate::model::messages::Body;
use crate::model::nonces::Nonce;
use crate::model::posts::{Content, Post};
use crate::model::rooms::RoomName;
use crate::model::sessions::{Session, TokenHash};
use crate::model::sign_up::SignUpRules;
use crate::model::versions::PeopleVersion;
use crate::store::{NewSession, Store};

const TOKEN: TokenHash = TokenHash([7; 32]);

/// A room with somebody inside, in a database of its own, which lives as long as the folder.
struct Lab {
    _folder: tempfile::TempDir,
    store: Store,
    live: Live,
    room: RoomId,
}

impl Lab {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("parlor.db").display());
        let store = Store::open(&url, Config::default().database_limits()).await.unwrap();
        let name = Username::parse("ana").unwrap();
        let session = NewSession { token: TOKEN, nonce: None, began: Timestamp::now(), browser: None };
        let id: AccountId =
            store.create_account(&name, "", &session, (&SignUpRules::default(), None)).await.unwrap();
        let (seen_at, expires_at) = (Timestamp::now(), Timestamp::now());
        let person = Person { id, name: "ana".into() };
        let session = Session { token: TOKEN, person, seen_at, expires_at };
        let created = store.create_room(&session, &RoomName::parse("Lab").unwrap(), 1).await.unwrap();
        let (live, _tail) = Live::start(&store, 1 << 20).await.unwrap();
        Self { _folder: folder, store, live, room: created.into_parts().0 }
    }

    async fn sends(&self, content: Content) -> i64 {
        let post =
            Post { token: TOKEN, room: self.room, nonce: Nonce::fresh(), content, about_sent_at: None };
        let (posted, _) = self.store.post(post).await.unwrap().into_parts();
        posted.entry.position.seq
    }

    async fn says(&self, body: &str) -> i64 {
        self.sends(Content::Message(Body::parse(body).unwrap())).await
    }

    async fn edits(&self, about: i64, body: &str) -> i64 {
        self.sends(Content::Edit { about, body: Body::parse(body).unwrap() }).await
    }

    async fn deletes(&self, about: i64) -> i64 {
        self.sends(Content::Delete { about }).await
    }

    /// As a loader does, in two steps.
    async fn begins_to_load(&self) -> (LoadRequest, Option<RoomLog>) {
        self.live.write().watched.add(self.room, 0);
        let request = self.live.write().watched.take_pending(1).remove(0);
        let newest = self.store.newest_of_each(&[self.room]).await.unwrap().remove(&self.room).unwrap();
        (request, RoomLog::new(newest.head, &JsonEntry::all(&newest.entries).unwrap()).ok())
    }

    fn ends_to_load(&self, (request, log): (LoadRequest, Option<RoomLog>)) {
        self.live.write().watched.load(&request, log, Moment::now());
    }

    /// As the tail does.
    async fn catches_up(&self) {
        let known = self.live.read().watched.heads();
        let heads = self.store.heads(&known, &[]).await.unwrap();
        self.live.follow_rooms(heads.rooms).await.unwrap();
    }

    /// What memory tells, which is what the database does.
    async fn told(&self) -> Vec<String> {
        let text = |entries: Vec<Arc<RawValue>>| entries.iter().map(|json| json.get().to_owned()).collect();
        let version = PeopleVersion::at(Position::START);
        let remembered =
            self.live.read().watched.log(self.room).unwrap().after(Cursor::START, version).unwrap();
        let stored = Updates::try_from(self.store.updates(self.room, Cursor::START).await.unwrap()).unwrap();
        let (remembered, stored): (Vec<String>, Vec<String>) =
            (text(remembered.messages), text(stored.messages));
        assert_eq!(remembered, stored);
        remembered
    }
}

#[rocket::async_test]
async fn an_edited_message_is_told_as_it_reads_now() {
    let lab = Lab::open().await;
    let soup = lab.says("soup").await;
    lab.ends_to_load(lab.begins_to_load().await);
    lab.edits(soup, "stew").await;
    lab.catches_up().await;
    let told = lab.told().await;
    assert!(told[0].contains("stew") && told[0].contains("\"changed\":2"), "{told:?}");
    lab.edits(soup, "tea").await;
    lab.says("hello").await;
    lab.catches_up().await;
    let told = lab.told().await;
    assert!(told[0].contains("tea") && !told[1].contains("stew") && told[2].contains("tea"), "{told:?}");
    lab.store.close().await;
}

#[rocket::async_test]
async fn of_a_deleted_message_no_text_is_told() {
    let lab = Lab::open().await;
    let soup = lab.says("soup").await;
    lab.edits(soup, "broth").await;
    lab.ends_to_load(lab.begins_to_load().await);
    lab.edits(soup, "soup for all").await;
    lab.catches_up().await;
    let told = lab.told().await;
    assert!([0, 2].iter().all(|at| told[*at].contains("soup")), "there is something to be gone: {told:?}");
    lab.deletes(soup).await;
    lab.catches_up().await;
    let told = lab.told().await;
    assert!(
        told.len() == 4 && !told.iter().any(|entry| entry.contains("soup") || entry.contains("broth")),
        "{told:?}"
    );
    assert!(told[0].contains("\"deleted_by\":\"ana\""), "{told:?}");
    lab.store.close().await;
}

#[rocket::async_test]
async fn a_room_that_was_read_before_its_changes_is_told_with_them() {
    let lab = Lab::open().await;
    let (soup, tea) = (lab.says("soup").await, lab.says("tea").await);
    let loading = lab.begins_to_load().await;
    lab.edits(tea, "green tea").await;
    lab.deletes(soup).await;
    // The tail passes them while the room is on its way into memory.
    lab.catches_up().await;
    lab.ends_to_load(loading);
    lab.catches_up().await;
    let told = lab.told().await;
    assert!(told[1].contains("green") && !told.iter().any(|entry| entry.contains("soup")), "{told:?}");
    lab.store.close().await;
}

#[rocket::async_test]
async fn what_is_read_in_several_goes_is_told_as_it_reads_now() {
    let lab = Lab::open().await;
    let soup = lab.says("soup").await;
    lab.ends_to_load(lab.begins_to_load().await);
    for n in 0..READ_MAX {
        lab.says(&n.to_string()).await;
    }
    let last = lab.says("tea").await;
    lab.edits(last, "green tea").await;
    lab.deletes(soup).await;
    lab.catches_up().await;
    let version = PeopleVersion::at(Position::START);
    let told = |after: i64| {
        let state = lab.live.read();
        let after = Cursor::parse(&after.to_string()).unwrap();
        let updates = state.watched.log(lab.room).unwrap().after(after, version).unwrap();
        updates.messages.iter().map(|json| json.get().to_owned()).collect::<Vec<_>>()
    };
    assert!(!told(0)[0].contains("soup") && told(last - 1)[0].contains("green"));
    assert_eq!(told(last - 1).len(), 3);
    lab.store.close().await;
}

#[rocket::async_test]
async fn a_reading_that_fails_takes_in_nothing() {
    let lab = Lab::open().await;
    let soup = lab.says("soup").await;
    lab.ends_to_load(lab.begins_to_load().await);
    lab.deletes(soup).await;
    let head = lab.live.read().watched.log(lab.room).unwrap().head();
    let heads = lab.store.heads(&[(lab.room, head)], &[]).await.unwrap();
    let range = EntryRange { room: lab.room, first: 1, last: 2 };
    let found = lab.store.entries_in(&[range]).await.unwrap();
    lab.store.close().await;
    assert!(
        lab.live.read_outdated(&found).await.is_err() && lab.live.follow_rooms(heads.rooms).await.is_err()
    );
    assert_eq!(lab.live.read().watched.log(lab.room).unwrap().head(), head, "it is read again");
    // And never without what reads otherwise.
    lab.live.extend(lab.room, head, found.into_values().next().unwrap(), &[]);
    assert!(lab.live.read().watched.log(lab.room).is_none());
}
