//! What the tail does for the list: it reads where the logs of its rooms end, and has that announced.

use super::handle::Live;
use super::moment::Moment;
use super::state::State;
use crate::model::log::LogEnd;
use crate::model::rooms::RoomId;
use crate::store::Error;

impl Live {
    pub(super) fn take_in_ends(&self, ends: Vec<(RoomId, LogEnd)>) {
        let State { directory, listed, .. } = &mut *self.write();
        listed.take_in(directory, ends);
    }

    /// Reads where the logs of those rooms end that events have just brought to where somebody looks at.
    pub(super) async fn follow_new_on_list(&self) -> Result<(), Error> {
        let new = {
            let State { directory, listed, .. } = &*self.read();
            listed.new_rooms(directory)
        };
        if !new.is_empty() {
            let heads = self.0.store.heads(&[], &new).await?;
            self.take_in_ends(heads.ends);
        }
        Ok(())
    }

    pub(super) fn announce_list(&self, now: Moment) {
        let State { directory, listed, .. } = &mut *self.write();
        listed.announce(directory, now);
    }
}
