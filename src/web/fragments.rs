//! Parts of pages that look the same to many: made once per version, and shared.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::model::rooms::RoomId;
use crate::model::versions::PeopleVersion;

/// How many rooms' parts of a kind are kept; past that all are made again.
const ROOMS: usize = 20_000;

/// What is kept of each kind.
#[derive(Default)]
pub(super) struct Fragments {
    /// Who is inside.
    pub(super) people: FragmentCache,
    /// A room's row in the list, as it looks to those who are neither inside nor its owner.
    pub(super) rows: FragmentCache,
}

type Made = Option<(PeopleVersion, Arc<str>)>;

/// One part of each room, in the version that was last asked for.
#[derive(Default)]
pub(super) struct FragmentCache(Mutex<HashMap<RoomId, Arc<Mutex<Made>>>>);

impl FragmentCache {
    /// The part of `room` as of `version`, made if there is none. Who asks for the same room meanwhile waits for that
    /// instead of making it, too.
    pub(super) fn get(
        &self,
        room: RoomId,
        version: PeopleVersion,
        make: impl FnOnce() -> Option<String>,
    ) -> Option<Arc<str>> {
        let place = {
            let mut places = self.0.lock();
            if places.len() >= ROOMS && !places.contains_key(&room) {
                places.clear();
            }
            Arc::clone(places.entry(room).or_default())
        };
        let mut made = place.lock();
        if let Some((of, part)) = &*made
            && *of == version
        {
            return Some(Arc::clone(part));
        }
        let part: Arc<str> = make()?.into();
        *made = Some((version, Arc::clone(&part)));
        Some(part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::log::Position;

    #[test]
    fn a_part_is_made_once_per_version() {
        let cache = FragmentCache::default();
        let mut made = 0;
        let mut get = |room: i64, seq: i64| {
            let version = PeopleVersion::at(Position::new(seq, seq));
            let part = cache.get(RoomId(room), version, || {
                made += 1;
                Some(format!("{room} as of {seq}"))
            });
            (part.unwrap().to_string(), made)
        };
        assert_eq!(get(1, 1), ("1 as of 1".to_owned(), 1));
        assert_eq!(get(1, 1), ("1 as of 1".to_owned(), 1));
        assert_eq!(get(2, 1), ("2 as of 1".to_owned(), 2));
        assert_eq!(get(1, 2), ("1 as of 2".to_owned(), 3));
        assert_eq!(get(1, 2), ("1 as of 2".to_owned(), 3));
    }
}
