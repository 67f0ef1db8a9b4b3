//! The log: one line for each event, on standard error, with time and level, as text or as JSON.
//!
//! # Secrets
//!
//! No text of a message, no password, cookie or token is ever written, whatever `RUST_LOG` asks for. Our own
//! events do not hold any, and what holds a text has no `Debug`. Those of dependencies are cut at [`FOREIGN`]:
//! below it Rocket prints cookies and hyper whole requests. Of a panic, whose words may quote what was being
//! looked at, only literal words are written.

use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::io;
use std::panic::{self, PanicHookInfo};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

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
const USUAL: &str = "warn,parlor=info,rocket=off,rocket_http::listener=warn,rocket_dyn_templates=error";
/// The lowest level at which dependencies are heard.
const FOREIGN: Level = Level::INFO;
/// Where the lines come from that say how often others were left out.
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
pub fn start(figment: &Figment) -> Result<Log, StartError> {
    let asked = std::env::var("RUST_LOG").unwrap_or_default();
    let asked = if asked.is_empty() { USUAL } else { &asked };
    let (filter, wrong) = match EnvFilter::builder().parse(asked) {
        Ok(filter) => (filter, None),
        Err(error) => (EnvFilter::new(USUAL), Some(format!("RUST_LOG is “{asked}”: {error}").into())),
    };
    let written = lines::layer().with_writer(io::stderr).with_ansi(false);
    let written = match figment.extract_inner("parlor.log_format").unwrap_or_default() {
        LogFormat::Pretty => written.boxed(),
        LogFormat::Json => {
            written.json().flatten_event(true).with_current_span(false).with_span_list(false).boxed()
        }
    };
    let log = Log::default();
    tracing_subscriber::registry()
        .with(filter)
        .with(filter_fn(may_be_written))
        .with(written.with_filter(log.clone()))
        .try_init()?;
    panic::set_hook(Box::new(tell_panic));
    wrong.map_or(Ok(log), Err)
}

/// Rocket's macros write errors of our guards on behalf of our routes, under targets that end in `::_`.
fn may_be_written(event: &Metadata<'_>) -> bool {
    match event.target().strip_prefix("parlor") {
        Some(place) if place.is_empty() || place.starts_with("::") => !place.ends_with("::_"),
        _ => *event.level() <= FOREIGN,
    }
}

fn tell_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let words = panic.payload().downcast_ref::<&'static str>().copied().unwrap_or("a panic");
    tracing::error!(place, "{words}");
}

/// What has been logged lately. While the database is away every request fails for the same reason: one line a
/// [`Log::WINDOW`] is enough, with how often it was left out.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Mutex<HashMap<Line, Recent>>>);

type Line = (Level, String);

#[derive(Debug)]
struct Recent {
    since: Instant,
    repeats: u64,
}

impl Log {
    /// How long a warning or an error is not repeated.
    pub const WINDOW: Duration = Duration::from_secs(10);
    /// How many lines are compared with at most. What a stranger can have logged is not to fill the memory.
    const MOST: usize = 1000;

    /// Whether this line is news.
    fn is_new(&self, line: Line) -> bool {
        let mut recent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(recent) = recent.get_mut(&line) {
            recent.repeats += 1;
            return false;
        }
        if recent.len() < Self::MOST {
            recent.insert(line, Recent { since: Instant::now(), repeats: 0 });
        }
        true
    }

    /// Says how often lines were left out that are at least as old as `age`, and forgets those that were not
    /// repeated. To be called every [`Log::WINDOW`], and with no age before the end.
    pub fn tell_repeats(&self, age: Duration) {
        for ((level, line), repeats) in self.take_repeats(age) {
            if level == Level::ERROR {
                tracing::error!(target: REPEATS, repeats, "again: {line}");
            } else {
                tracing::warn!(target: REPEATS, repeats, "again: {line}");
            }
        }
    }

    fn take_repeats(&self, age: Duration) -> Vec<(Line, u64)> {
        let mut told = Vec::new();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|line, recent| {
            if recent.since.elapsed() < age {
                return true;
            }
            let repeats = std::mem::take(&mut recent.repeats);
            if repeats > 0 {
                told.push((line.clone(), repeats));
                recent.since = Instant::now();
            }
            repeats > 0
        });
        told
    }
}

impl<S: Subscriber> Filter<S> for Log {
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
        self.is_new((level, text.0))
    }
}

/// An event's message and fields, as one text.
#[derive(Default)]
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // To write into a text cannot fail; `log.*` says where in its source a record comes from.
        let _ = match field.name() {
            name if name.starts_with("log.") => Ok(()),
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
        let log = Log::default();
        assert!(log.is_new(line("cannot read")));
        assert!(!log.is_new(line("cannot read")));
        assert!(!log.is_new(line("cannot read")));
        assert!(log.is_new(line("cannot write")));
        assert!(log.is_new((Level::ERROR, "cannot read".to_owned())), "another level, another line");
        assert_eq!(log.take_repeats(Log::WINDOW), [], "too early");
        assert_eq!(log.take_repeats(Duration::ZERO), [(line("cannot read"), 2)]);
        // It goes on: counted, and not written again. Then it is over.
        assert!(!log.is_new(line("cannot read")));
        assert_eq!(log.take_repeats(Duration::ZERO), [(line("cannot read"), 1)]);
        assert_eq!(log.take_repeats(Duration::ZERO), []);
        assert!(log.is_new(line("cannot read")));
    }

    #[test]
    fn memory_is_bounded() {
        let log = Log::default();
        for number in 0..2 * Log::MOST {
            assert!(log.is_new(line(&number.to_string())));
        }
        assert_eq!(log.0.lock().unwrap().len(), Log::MOST);
    }
}
