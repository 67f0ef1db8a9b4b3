//! What holds of every name, a person's or a room's.

use super::text::bound_marks;

/// The most marks that a letter of a name carries (UTS 39, section 5.4).
pub(super) const MARKS_MAX: usize = 4;

/// Whether a letter of `name` carries more than [`MARKS_MAX`] marks.
pub(super) fn has_piled_marks(name: &str) -> bool {
    bound_marks(name, MARKS_MAX) != name
}
