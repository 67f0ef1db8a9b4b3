//! History: stretches of a room's log, of which the messages are shown as they read now.

use std::ops::Range;

use serde::Serialize;

use super::log::Position;
use super::messages::{ANSWER_MAX, MessageEntry};

/// The most messages in a stretch.
pub const MESSAGES_MAX: i64 = 100;
/// The most entries that are looked at for them: where there are many changes, a stretch has few messages. Where there are
/// changes alone it goes on to the next message, and as many entries are looked at from there.
pub const ENTRIES_MAX: i64 = 1_000;

/// Which stretch of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Its end.
    Newest,
    /// What comes before this number.
    Before(i64),
    /// This number and what follows.
    From(i64),
    /// What is around this number: as much before it as after it, where there is so much.
    Around(i64),
}

/// A stretch of a log, by the numbers of its first and last entry, changes included. It is empty where the last is
/// the one before the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Span {
    /// The number of the first entry.
    pub first: i64,
    /// The number of the last.
    pub last: i64,
}

/// The messages of a stretch, as they read at one moment.
pub struct History {
    /// All messages in the span, oldest first.
    pub messages: Vec<MessageEntry>,
    /// The stretch.
    pub span: Span,
    /// The head of the log at that moment.
    pub as_of: Position,
}

impl Span {
    /// Whether the log has entries before these.
    pub fn has_earlier(self) -> bool {
        self.first > 1
    }

    /// Whether a log that ends at `head` has entries after these.
    pub fn has_later(self, head: Position) -> bool {
        self.last < head.seq
    }
}

impl History {
    /// Which of the messages go into one answer, where each takes so many bytes: at least one, if there is one, and
    /// those next to `place`; and what they span. `sizes` has one for each message.
    pub fn fitting(&self, place: Place, sizes: &[usize]) -> (Range<usize>, Span) {
        let all = sizes.len();
        let seq = |at: usize| self.messages.get(at).map(|message| message.position.seq);
        let begin = match place {
            Place::Newest | Place::Before(_) => all,
            Place::From(_) => 0,
            Place::Around(number) => self.messages.partition_point(|message| message.position.seq < number),
        };
        let fits = grow(begin, sizes);
        let Span { first, last } = self.span;
        let first = if fits.start > 0 { seq(fits.start).unwrap_or(first) } else { first };
        // What lies between the last that fits and the first that does not is changes.
        let last = if fits.end < all { seq(fits.end).map_or(last, |next| next - 1) } else { last };
        (fits, Span { first, last })
    }
}

/// As many of these as fit, from `begin` on to both sides in turn.
fn grow(begin: usize, sizes: &[usize]) -> Range<usize> {
    let mut fits = begin..begin;
    let mut filled = 0;
    let mut forward = true;
    while fits.len() < sizes.len() {
        let next =
            if (forward || fits.start == 0) && fits.end < sizes.len() { fits.end } else { fits.start - 1 };
        filled += sizes[next] + 1;
        if !fits.is_empty() && filled > ANSWER_MAX {
            break;
        }
        fits = fits.start.min(next)..fits.end.max(next + 1);
        forward = !forward;
    }
    fits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;
    use crate::model::accounts::{AccountId, Person};
    use crate::model::messages::Message;

    const HALF: usize = ANSWER_MAX / 2 - 1;

    fn history(seqs: &[i64], first: i64, last: i64) -> History {
        let entry = |seq: &i64| {
            let author = Person { id: AccountId(1), name: "ana".into() };
            let event = Message::new(author, "hello".into());
            MessageEntry { position: Position::new(*seq, 1), at: Timestamp(0), event }
        };
        let messages = seqs.iter().map(entry).collect();
        History { messages, span: Span { first, last }, as_of: Position::new(last, 1) }
    }

    #[test]
    fn what_fits_is_next_to_its_place_and_says_what_it_spans() {
        let history = history(&[2, 4, 6, 8], 1, 9);
        let fitting = |place, sizes: [usize; 4]| {
            let (fits, Span { first, last }) = history.fitting(place, &sizes);
            (fits, first, last)
        };
        for place in [Place::Newest, Place::Before(10), Place::From(1), Place::Around(4)] {
            assert_eq!(fitting(place, [1; 4]), (0..4, 1, 9), "all of it, {place:?}");
        }
        assert_eq!(fitting(Place::Newest, [HALF; 4]), (2..4, 6, 9));
        assert_eq!(fitting(Place::From(1), [HALF; 4]), (0..2, 1, 5), "with the change between");
        assert_eq!(fitting(Place::Around(6), [HALF; 4]), (1..3, 4, 7));
        assert_eq!(
            fitting(Place::Around(5), [2 * HALF + 3, 1, 2 * HALF + 3, 1]),
            (2..3, 6, 7),
            "one goes by itself"
        );
        assert_eq!(fitting(Place::Around(9), [HALF; 4]), (2..4, 6, 9), "the end is near");
        assert_eq!(fitting(Place::Around(1), [HALF; 4]), (0..2, 1, 5), "the beginning is");
    }

    #[test]
    fn where_there_are_no_messages_the_span_is_told() {
        let history = history(&[], 5, 9);
        assert_eq!(history.fitting(Place::Newest, &[]), (0..0, Span { first: 5, last: 9 }));
        assert!(history.span.has_earlier() && !history.span.has_later(history.as_of));
        assert!(history.span.has_later(Position::new(10, 1)));
    }
}
