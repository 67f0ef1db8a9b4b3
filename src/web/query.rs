//! Numbers in a request's query.

use super::error::Error;
use crate::model::Invalid;
use crate::model::digits::digits;

/// The number of one of `things`, which are counted from 1.
pub(super) fn number(text: &str, things: &str) -> Result<i64, Error> {
    let number = digits(text).filter(|number| *number >= 1);
    number.ok_or_else(|| Invalid::new(format!("{things} are numbered from 1.")).into())
}
