//! What the tail does after a panic or a reading that failed.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;

use futures_util::future::poll_immediate;

use super::*;
use crate::config::Config;
use crate::live::room_log::RoomLog;
use crate::model::Timestamp;
use crate::model::accounts::{AccountId, Person};
use crate::store::Store;

const TEA: RoomId = RoomId(7);

/// A store of its own, which lives as long as the folder.
async fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("parlor.db").display());
    let store = Store::open(&url, Config::default().database_limits()).await.unwrap();
    (folder, store)
}

#[rocket::async_test]
async fn what_a_panic_has_left_half_changed_is_read_anew() {
    let (_folder, store) = store().await;
    let (live, _tail) = Live::start(&store, 1024).await.unwrap();
    let half_way = catch_unwind(AssertUnwindSafe(|| {
        let mut state = live.write();
        let person = Person { id: AccountId(7), name: "ana".to_owned() };
        let position = Position { seq: 1, ..Position::START };
        let _ = state.take_in(Entry {
            position,
            at: Timestamp(0),
            event: Event::MemberJoined { person, room: TEA },
        });
        panic!("on purpose");
    }));
    assert!(half_way.is_err());
    assert!(live.known_list_page(AccountId(7), 1, None).is_none(), "memory is not sure");
    live.catch_up(&mut Seen::default()).await.unwrap();
    assert!(live.known_list_page(AccountId(7), 1, None).is_some(), "and then it is");
    assert_eq!(live.read().directory.head(), Position::START);
    store.close().await;
}

/// As if a panic had ended the loaders between taking a room and loading it.
#[rocket::async_test]
async fn what_was_being_loaded_is_loaded_by_the_next() {
    let (_folder, store) = store().await;
    let (live, _tail) = Live::start(&store, 1024).await.unwrap();
    live.write().watched.add(TEA, 0);
    assert_eq!(live.write().watched.take_pending(1).len(), 1);
    let loaded = live.read().watched.loading(TEA).unwrap().notified_owned();
    let told = tokio::time::timeout(Duration::from_secs(10), async {
        tokio::select! {
            () = live.load() => {}
            () = loaded => {}
        }
    });
    assert!(told.await.is_ok(), "whoever waits for the room is told");
    store.close().await;
}

#[rocket::async_test]
async fn rooms_written_here_are_read_by_the_next_reading_when_one_fails() {
    let (_folder, store) = store().await;
    let (live, _tail) = Live::start(&store, 1024).await.unwrap();
    live.0.written.lock().insert(TEA);
    live.catch_up_with_own().await.unwrap();
    assert!(live.0.written.lock().is_empty());
    live.0.written.lock().insert(TEA);
    store.close().await;
    assert!(live.catch_up_with_own().await.is_err());
    assert!(live.0.written.lock().contains(&TEA));
}

/// The tail looks at a room that has a log: at one that is being loaded it would look in vain.
#[rocket::async_test]
async fn a_post_to_a_room_that_is_being_loaded_is_passed_after_that() {
    let (_folder, store) = store().await;
    let (live, _tail) = Live::start(&store, 1024).await.unwrap();
    live.write().watched.add(TEA, 0);
    let pending = live.write().watched.take_pending(1);
    let mut passed = pin!(live.wait_for_room(TEA));
    assert!(
        poll_immediate(passed.as_mut()).await.is_none() && live.0.written.lock().is_empty(),
        "it is not there yet"
    );
    live.write().watched.load(&pending[0], RoomLog::new(Position::START, &[]).ok(), Moment::now());
    pending[0].loaded.notify_waiters();
    assert!(
        poll_immediate(passed).await.is_none() && live.0.written.lock().contains(&TEA),
        "now the tail is to pass it"
    );
    store.close().await;
}

#[rocket::async_test]
async fn a_room_that_has_outrun_memory_is_let_go_of() {
    let (_folder, store) = store().await;
    let (live, _tail) = Live::start(&store, 1024).await.unwrap();
    live.write().watched.add(TEA, 0);
    let pending = live.write().watched.take_pending(1);
    let log = RoomLog::new(Position::START, &[]).ok();
    live.write().watched.load(&pending[0], log, Moment::now());
    let head = |seq| Position { seq, ..Position::START };
    assert_eq!(live.next_range(TEA, head(256)).unwrap().last, READ_MAX);
    assert!(live.next_range(TEA, head(257)).is_none());
    assert!(live.read().watched.log(TEA).is_none(), "it is reloaded when it is next asked for");
    store.close().await;
}

#[test]
fn a_place_that_was_swept_is_told_from_another_history() {
    let entry = |seq| Entry {
        position: Position { seq, ..Position::START },
        at: Timestamp(0),
        event: Event::SessionEnded { account: AccountId(7) },
    };
    assert!(why_discontinued(7, &[entry(9)]).contains("keeps"), "there are later ones only");
    assert!(why_discontinued(7, &[entry(7)]).contains("restored"), "it has another tag");
    assert!(why_discontinued(7, &[]).contains("restored"), "the log is shorter");
}
