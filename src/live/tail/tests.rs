//! What the tail does after a panic.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::*;
use crate::config::Config;
use crate::model::accounts::AccountId;
use crate::model::house::{Entry, Event, Person};
use crate::store::Store;

#[rocket::async_test]
async fn what_a_panic_has_left_half_changed_is_read_anew() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("parlor.db").display());
    let store = Store::open(&url, Config::default().limits()).await.unwrap();
    let (live, _tail) = Live::start(&store, 1024).await.unwrap();
    let half_way = catch_unwind(AssertUnwindSafe(|| {
        let mut state = live.write();
        let person = Person { id: AccountId(7), name: "ana".to_owned() };
        let position = Position { seq: 1, ..Position::START };
        let _ = state.take_in(Entry { position, event: Event::Joined { person, room: RoomId(7) } });
        panic!("on purpose");
    }));
    assert!(half_way.is_err());
    assert!(live.list_page(AccountId(7), 1, None).is_none(), "memory is not sure");
    live.catch_up(&mut Seen::default()).await.unwrap();
    assert!(live.list_page(AccountId(7), 1, None).is_some(), "and then it is");
    assert_eq!(live.read().house.head(), Position::START);
    store.close().await;
}
