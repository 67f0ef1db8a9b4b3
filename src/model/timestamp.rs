//! Timestamps in UTC milliseconds, as the database stores them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;
use time::format_description::FormatItem;
use time::macros::format_description;

const RFC_3339: &[FormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
const READABLE: &[FormatItem<'_>] =
    format_description!("[day padding:none] [month repr:short] [year], [hour]:[minute] UTC");
const FILE_NAME: &[FormatItem<'_>] = format_description!("[year]-[month]-[day]T[hour][minute][second]Z");
const DAY: &[FormatItem<'_>] = format_description!("[day padding:none] [month repr:long] [year]");
const CLOCK: &[FormatItem<'_>] = format_description!("[hour]:[minute]");

/// Milliseconds since 1970 in UTC. For display and expiry only: nothing is ever ordered by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// What this machine's clock says.
    pub fn now() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    /// The moment `span` later.
    pub fn after(self, span: Duration) -> Self {
        Self(self.0.saturating_add(millis(span)))
    }

    /// The moment `span` earlier.
    pub fn before(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(millis(span)))
    }

    /// The minute it is in.
    pub fn minute(self) -> Self {
        Self(self.0 - self.0.rem_euclid(60_000))
    }

    /// `2026-11-23T10:00:00.123Z` (RFC 3339).
    pub fn rfc_3339(self) -> String {
        self.format(RFC_3339)
    }

    /// `23 Nov 2026, 10:00 UTC`, for readers without JavaScript.
    pub fn readable(self) -> String {
        self.format(READABLE)
    }

    /// `2026-11-23T100000Z`, as a part of a file's name.
    pub fn file_name(self) -> String {
        self.format(FILE_NAME)
    }

    /// `23 November 2026`, in UTC.
    pub fn day(self) -> String {
        self.format(DAY)
    }

    /// `10:00`, in UTC.
    pub fn clock(self) -> String {
        self.format(CLOCK)
    }

    fn format(self, description: &[FormatItem<'_>]) -> String {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000)
            .ok()
            .and_then(|moment| moment.format(description).ok())
            .unwrap_or_default()
    }
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_in_utc() {
        let moment = Timestamp(1_795_428_000_123);
        assert_eq!(moment.rfc_3339(), "2026-11-23T10:00:00.123Z");
        assert_eq!(moment.readable(), "23 Nov 2026, 10:00 UTC");
        assert_eq!(moment.file_name(), "2026-11-23T100000Z");
        assert_eq!((moment.day(), moment.clock()), ("23 November 2026".to_owned(), "10:00".to_owned()));
        assert_eq!(Timestamp(moment.0 + 59_000).minute(), moment.minute());
    }
}
