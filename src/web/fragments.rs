//! Fragments of pages that look the same to many: made once per version, and shared.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::model::Timestamp;
use crate::model::rooms::RoomId;
use crate::model::versions::PeopleVersion;

/// How many fragments of a kind are kept; past that all are made again.
const FRAGMENTS_MAX: usize = 40_000;

/// What is kept of each kind.
#[derive(Default)]
pub(super) struct Fragments {
    /// Who is inside.
    pub(super) people: FragmentCache<RoomId, PeopleVersion>,
    /// A room's row in the list, as it looks to those who are neither inside nor its owner: another for those who are
    /// in another room than for those who are in none.
    pub(super) rows: FragmentCache<(RoomId, bool), RowVersion>,
}

/// The version of a row of the list: of its people, and the minute of the last message.
pub(super) type RowVersion = (PeopleVersion, Option<Timestamp>);

type Made<V> = Option<(V, Arc<str>)>;

/// Fragments of one kind, each in the version that was last asked for.
pub(super) struct FragmentCache<K, V>(Mutex<HashMap<K, Arc<Mutex<Made<V>>>>>);

impl<K, V> Default for FragmentCache<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, V: PartialEq> FragmentCache<K, V> {
    /// The fragment `key` as of `version`, made if there is none. Who asks for the same one meanwhile waits for that
    /// instead of making it, too.
    pub(super) fn get(&self, key: K, version: V, make: impl FnOnce() -> Option<String>) -> Option<Arc<str>> {
        let place = {
            let mut places = self.0.lock();
            if places.len() >= FRAGMENTS_MAX && !places.contains_key(&key) {
                places.clear();
            }
            Arc::clone(places.entry(key).or_default())
        };
        let mut made = place.lock();
        if let Some((of, fragment)) = &*made
            && *of == version
        {
            return Some(Arc::clone(fragment));
        }
        let fragment: Arc<str> = make()?.into();
        *made = Some((version, Arc::clone(&fragment)));
        Some(fragment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::log::Position;

    #[test]
    fn a_fragment_is_made_once_per_version() {
        let cache = FragmentCache::default();
        let mut made = 0;
        let mut get = |room: i64, seq: i64| {
            let version = PeopleVersion::at(Position::new(seq, seq));
            let fragment = cache.get(RoomId(room), version, || {
                made += 1;
                Some(format!("{room} as of {seq}"))
            });
            (fragment.unwrap().to_string(), made)
        };
        assert_eq!(get(1, 1), ("1 as of 1".to_owned(), 1));
        assert_eq!(get(1, 1), ("1 as of 1".to_owned(), 1));
        assert_eq!(get(2, 1), ("2 as of 1".to_owned(), 2));
        assert_eq!(get(1, 2), ("1 as of 2".to_owned(), 3));
        assert_eq!(get(1, 2), ("1 as of 2".to_owned(), 3));
    }
}
