//! What the tail does to keep memory small: it drops rooms.

use std::time::Duration;

use super::handle::Live;
use super::moment::Moment;
use super::state::State;

/// After how long without a question a room is dropped from memory. Chrome lets a page that has been
/// hidden for a while ask once a minute.
const UNWATCH: Duration = Duration::from_mins(5);

impl Live {
    /// Evicts the rooms that nobody has asked for lately, and the least recently used where all take too much.
    pub(super) fn evict(&self) {
        let now = Moment::now().millis_since(self.0.started);
        let then = now.saturating_sub(u64::try_from(UNWATCH.as_millis()).unwrap_or(u64::MAX));
        let (unused, over_budget, is_listed) = {
            let State { watched, listed, .. } = &*self.read();
            (watched.unused_since(then), watched.over_budget(self.0.budget), !listed.has_unused(then))
        };
        if unused.is_empty() && over_budget.is_empty() && is_listed {
            return;
        }
        let mut state = self.write();
        let State { directory, listed, .. } = &mut *state;
        listed.forget(directory, then);
        for room in unused {
            if state.watched.is_unused_since(room, then) {
                state.watched.remove(room);
            }
        }
        for room in over_budget {
            state.watched.remove(room);
        }
    }
}
