//! The log: one line for each event, on standard error, with time and level, as text or as JSON.
//!
//! # Secrets
//!
//! No text of a message, no password, cookie or token is ever written, whatever `RUST_LOG` asks for. Our own
//! events do not hold any, and what holds a text has no `Debug`. Those of dependencies are cut at [`OF_DEPENDENCIES`]:
//! below it Rocket logs cookies and hyper whole requests. Of a panic, whose message may quote data, only a
//! literal message is written.

use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::io;
use std::panic::{self, PanicHookInfo};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rocket::figment::Figment;
use serde::Deserialize;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::{Context, Filter, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, fmt as lines};

use crate::StartError;

/// What is logged unless `RUST_LOG` says otherwise. Rocket has a line for every request it turns away, which
/// polling would make a flood; that connections cannot be accepted is for the person who runs Parlor.
const DEFAULT_FILTER: &str =
    "warn,parlor=info,rocket=off,rocket_http::listener=warn,rocket_dyn_templates=error";
/// The lowest level at which events of dependencies are logged.
const OF_DEPENDENCIES: Level = Level::INFO;
/// The target of the lines that say how often others were suppressed.
const REPEATS: &str = "parlor::logging::repeats";

/// How a line is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Pretty,
    /// One JSON object a line.
    Json,
}

/// Starts the log. Whatever else is wrong with the settings, the line that says so is written.
///
/// # Errors
/// When `RUST_LOG` cannot be understood.
pub fn start(figment: &Figment) -> Result<RecentLines, StartError> {
    let directives = std::env::var("RUST_LOG").unwrap_or_default();
    let directives = if directives.is_empty() { DEFAULT_FILTER } else { &directives };
    let (filter, wrong) = match EnvFilter::builder().parse(directives) {
        Ok(filter) => (filter, None),
        Err(error) => {
            (EnvFilter::new(DEFAULT_FILTER), Some(format!("RUST_LOG is “{directives}”: {error}").into()))
        }
    };
    let written = lines::layer().with_writer(io::stderr).with_ansi(false);
    let written = match figment.extract_inner("parlor.log_format").unwrap_or_default() {
        LogFormat::Pretty => written.boxed(),
        LogFormat::Json => {
            written.json().flatten_event(true).with_current_span(false).with_span_list(false).boxed()
        }
    };
    let recent = RecentLines::default();
    tracing_subscriber::registry()
        .with(filter)
        .with(filter_fn(may_be_written))
        .with(written.with_filter(recent.clone()))
        .try_init()?;
    panic::set_hook(Box::new(log_panic));
    wrong.map_or(Ok(recent), Err)
}

/// Rocket's macros write errors of our guards on behalf of our routes, under targets that end in `::_`.
fn may_be_written(event: &Metadata<'_>) -> bool {
    match event.target().strip_prefix("parlor") {
        Some(place) if place.is_empty() || place.starts_with("::") => !place.ends_with("::_"),
        _ => *event.level() <= OF_DEPENDENCIES,
    }
}

fn log_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let message = panic.payload().downcast_ref::<&'static str>().copied().unwrap_or("a panic");
    tracing::error!(place, "{message}");
}

/// Suppression of repeated lines: the warnings and errors that were logged lately. While the database is unreachable
/// every request fails for the same reason: one line per [`RecentLines::WINDOW`] is enough, with the count of repeats.
#[derive(Clone, Debug, Default)]
pub struct RecentLines(Arc<Mutex<HashMap<Line, Recent>>>);

type Line = (Level, String);

#[derive(Debug)]
struct Recent {
    since: Instant,
    repeats: u64,
}

impl RecentLines {
    /// How long a warning or an error is not repeated.
    pub const WINDOW: Duration = Duration::from_secs(10);
    /// The most lines that are remembered: requests can cause any number of different ones.
    const MOST: usize = 1000;

    /// Whether this line was logged lately; counts it if so, else remembers it.
    fn is_repeat(&self, line: Line) -> bool {
        let mut recent = self.0.lock();
        if let Some(recent) = recent.get_mut(&line) {
            recent.repeats += 1;
            return true;
        }
        if recent.len() < Self::MOST {
            recent.insert(line, Recent { since: Instant::now(), repeats: 0 });
        }
        false
    }

    /// Logs how often lines that are at least as old as `age` were suppressed, and forgets those that were not
    /// repeated. To be called every [`RecentLines::WINDOW`], and with no age before the end.
    pub fn log_repeats(&self, age: Duration) {
        for ((level, line), repeats) in self.take_repeats(age) {
            if level == Level::ERROR {
                tracing::error!(target: REPEATS, repeats, "again: {line}");
            } else {
                tracing::warn!(target: REPEATS, repeats, "again: {line}");
            }
        }
    }

    fn take_repeats(&self, age: Duration) -> Vec<(Line, u64)> {
        let mut repeated = Vec::new();
        self.0.lock().retain(|line, recent| {
            if recent.since.elapsed() < age {
                return true;
            }
            let repeats = std::mem::take(&mut recent.repeats);
            if repeats > 0 {
                repeated.push((line.clone(), repeats));
                recent.since = Instant::now();
            }
            repeats > 0
        });
        repeated
    }
}

impl<S: Subscriber> Filter<S> for RecentLines {
    fn enabled(&self, _: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        true
    }

    fn event_enabled(&self, event: &Event<'_>, _: &Context<'_, S>) -> bool {
        let level = *event.metadata().level();
        if level > Level::WARN || event.metadata().target() == REPEATS {
            return true;
        }
        let mut text = Text::default();
        event.record(&mut text);
        !self.is_repeat((level, text.0))
    }
}

/// Fields that repeat what a client said: by these no two lines need be equal.
const SAID_BY_CLIENTS: [&str; 3] = ["site", "origin", "host"];

/// An event's message and fields, as one text, without what a client said.
#[derive(Default)]
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // To write into a text cannot fail; `log.*` says where in its source a record comes from.
        let _ = match field.name() {
            name if name.starts_with("log.") || SAID_BY_CLIENTS.contains(&name) => Ok(()),
            "message" => write!(self.0, "{value:?}"),
            name => write!(self.0, " {name}={value:?}"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Line {
        (Level::WARN, text.to_owned())
    }

    #[test]
    fn a_line_is_written_once_and_its_repeats_are_counted() {
        let recent = RecentLines::default();
        assert!(!recent.is_repeat(line("cannot read")));
        assert!(recent.is_repeat(line("cannot read")));
        assert!(recent.is_repeat(line("cannot read")));
        assert!(!recent.is_repeat(line("cannot write")));
        assert!(!recent.is_repeat((Level::ERROR, "cannot read".to_owned())), "another level, another line");
        assert_eq!(recent.take_repeats(RecentLines::WINDOW), [], "too early");
        assert_eq!(recent.take_repeats(Duration::ZERO), [(line("cannot read"), 2)]);
        // Further repeats are counted and not written. Without any, the line is forgotten.
        assert!(recent.is_repeat(line("cannot read")));
        assert_eq!(recent.take_repeats(Duration::ZERO), [(line("cannot read"), 1)]);
        assert_eq!(recent.take_repeats(Duration::ZERO), []);
        assert!(!recent.is_repeat(line("cannot read")));
    }

    #[test]
    fn memory_is_bounded() {
        let recent = RecentLines::default();
        for number in 0..2 * RecentLines::MOST {
            assert!(!recent.is_repeat(line(&number.to_string())));
        }
        assert_eq!(recent.0.lock().len(), RecentLines::MOST);
    }
}
