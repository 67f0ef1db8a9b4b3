//! Statements that take long: the operator is told which, and how long.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

/// From when on a statement is slow.
const SLOW: Duration = Duration::from_millis(400);
/// How often that is logged at most: when one is slow, all are.
const LOG_INTERVAL: Duration = Duration::from_secs(10);
/// How many characters of a statement are logged: by its beginning it is found in the sources.
const BEGINNING: usize = 80;

/// What has been logged of slow statements.
static LIMIT: Mutex<RateLimit> = Mutex::new(RateLimit { last: None, more: 0 });

struct RateLimit {
    last: Option<Instant>,
    /// Slow ones since, which were not logged.
    more: u64,
}

/// Logs a statement if it was slow.
pub(super) fn note(sql: &str, took: Duration) {
    if took < SLOW {
        return;
    }
    let line = LIMIT.lock().line(sql, took, Instant::now());
    if let Some(line) = line {
        tracing::warn!("{line}");
    }
}

impl RateLimit {
    fn line(&mut self, sql: &str, took: Duration, now: Instant) -> Option<String> {
        if self.last.is_some_and(|last| now < last + LOG_INTERVAL) {
            self.more += 1;
            return None;
        }
        self.last = Some(now);
        let more = match std::mem::take(&mut self.more) {
            0 => String::new(),
            more => format!(" ({more} more were slow since the last such line)"),
        };
        Some(format!("slow statement, {} ms: {}{more}", took.as_millis(), beginning(sql)))
    }
}

/// The beginning of a statement, on one line.
fn beginning(sql: &str) -> String {
    let words = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(BEGINNING) {
        Some((end, _)) => format!("{} …", &words[..end]),
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_tells_of_many() {
        let mut limit = RateLimit { last: None, more: 0 };
        let now = Instant::now();
        let took = Duration::from_millis(900);
        let line = limit.line("select seq\n    from entry", took, now);
        assert_eq!(line.as_deref(), Some("slow statement, 900 ms: select seq from entry"));
        assert_eq!(limit.line("select 1", took, now), None);
        assert_eq!(limit.line("select 1", took, now + LOG_INTERVAL / 2), None);
        let line = limit.line("select 2", took, now + LOG_INTERVAL);
        let expected = "slow statement, 900 ms: select 2 (2 more were slow since the last such line)";
        assert_eq!(line.as_deref(), Some(expected));
    }

    #[test]
    fn a_long_statement_is_cut_after_its_beginning() {
        let sql = format!("select {}", "é, ".repeat(200));
        let line = beginning(&sql);
        assert!(line.ends_with('…') && line.chars().count() == BEGINNING + 2, "{line}");
    }
}
