//! How each engine is asked for the messages that have certain terms.
//!
//! Neither index ends where a question does: PostgreSQL's (GIN) goes through all that has a term before it answers, and
//! SQLite's (FTS5) looks for the next row that has two terms through all there are, whatever rows are asked for. So each
//! row has two terms more, one for its block of 4,096 rows and one for its block of 65,536. A question names the blocks
//! that it is about, and costs at most as many rows of the index as are in them, or have its rarest term if those are
//! fewer.

use super::Engine;

/// The rows of a small block, and of a large one, as powers of two.
const SMALL: u32 = 12;
const LARGE: u32 = 16;
/// How many large blocks a question is about at most.
const LARGE_MAX: i64 = 2;

/// How many rows a question is about at most; less than so many more if they do not begin with a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Reach {
    /// One small block: there is no telling yet how much has the terms.
    Small,
    /// So many large ones.
    Large(i64),
}

impl Reach {
    /// Farther, after little was found.
    pub(in crate::store) fn farther(self) -> Self {
        match self {
            Self::Small => Self::Large(1),
            Self::Large(blocks) => Self::Large((2 * blocks).min(LARGE_MAX)),
        }
    }

    /// The first of the rows before row `end` that a question is about.
    pub(in crate::store) fn start(self, end: i64) -> i64 {
        let start_of = |bits: u32| (end - 1) >> bits << bits;
        match self {
            Self::Small => start_of(SMALL),
            Self::Large(blocks) => start_of(LARGE) - ((blocks - 1) << LARGE),
        }
    }

    /// The terms of its blocks.
    fn terms(self, end: i64) -> Vec<String> {
        let (bits, term): (_, fn(i64) -> String) = match self {
            Self::Small => (SMALL, small_term),
            Self::Large(_) => (LARGE, large_term),
        };
        (self.start(end) >> bits..=(end - 1) >> bits).map(term).collect()
    }
}

/// The terms of the blocks of a row.
pub(in crate::store) fn block_terms(row: i64) -> [String; 2] {
    [small_term(row >> SMALL), large_term(row >> LARGE)]
}

fn small_term(block: i64) -> String {
    format!(":{block}")
}

fn large_term(block: i64) -> String {
    format!("::{block}")
}

impl Engine {
    /// The rows of the index, the newest first, that answer `$1` (a [question](Self::question)), from `$2` on and
    /// before `$3`, at most `$4`.
    ///
    /// SQLite's index is in the order of its rows, and ends when it has enough. In PostgreSQL's plan it must be the
    /// terms that are looked for, never the rows: hence the sums.
    pub(in crate::store) fn candidates(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => {
                "select rowid as place from search where search match $1 and rowid >= $2 and rowid < $3
                 order by rowid desc limit $4"
            }
            Self::Postgres => {
                "select rowid as place from search
                 where search_vector(terms) @@ cast($1 as tsquery) and rowid + 0 >= $2 and rowid + 0 < $3
                 order by rowid + 0 desc limit $4"
            }
        }
    }

    /// For rows that have all of these terms and one of those (unless there are none), within reach before row `end`, in
    /// the words of the engine. Terms are letters, marks, digits and colons, so that none ends a quotation.
    pub(in crate::store) fn question(
        &self,
        all: &[String],
        any: &[String],
        (end, reach): (i64, Reach),
    ) -> String {
        let (quote, and, or) = match self {
            Self::Sqlite(_) => ('"', " AND ", " OR "),
            Self::Postgres => ('\'', " & ", " | "),
        };
        let one_of = |terms: &[String]| {
            let quoted: Vec<_> = terms.iter().map(|term| format!("{quote}{term}{quote}")).collect();
            format!("({})", quoted.join(or))
        };
        let blocks = reach.terms(end);
        let lists = all.iter().map(std::slice::from_ref).chain([any, &*blocks]);
        lists.filter(|terms| !terms.is_empty()).map(one_of).collect::<Vec<_>>().join(and)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reach_ends_with_a_block() {
        let large = 1 << LARGE;
        assert_eq!(Reach::Small.start(4097), 4096);
        assert_eq!(Reach::Small.start(4096), 0);
        assert_eq!(Reach::Large(1).start(5 * large + 1), 5 * large);
        assert_eq!(Reach::Large(1).start(5 * large), 4 * large);
        assert_eq!(Reach::Large(4).start(5 * large), large);
        assert_eq!(Reach::Large(2).terms(5 * large + 9), ["::4", "::5"]);
        assert_eq!(Reach::Small.terms(4097), [":1"]);
        assert_eq!(block_terms(5 * large + 4096), [":81", "::5"]);
        assert_eq!(Reach::Small.farther().farther().farther(), Reach::Large(LARGE_MAX));
    }

    #[test]
    fn a_question_is_quoted() {
        let (all, any) = (["tea".to_owned(), "東京".to_owned()], ["by:1".to_owned(), "by:2".to_owned()]);
        let question = |engine: Engine| engine.question(&all, &any, (5000, Reach::Small));
        assert_eq!(
            question(Engine::Sqlite("x".into())),
            r#"("tea") AND ("東京") AND ("by:1" OR "by:2") AND (":1")"#
        );
        assert_eq!(question(Engine::Postgres), "('tea') & ('東京') & ('by:1' | 'by:2') & (':1')");
    }
}
