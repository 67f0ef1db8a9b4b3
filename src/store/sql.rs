//! The one place where the text of a statement varies: lists of `$n` placeholders.
//!
//! Lists are padded to powers of two, so that a handful of texts is prepared and not one per length.
//! What goes in is numbers made here, never anything a person sent.

use std::fmt::Write;

use sqlx::{AssertSqlSafe, SqlStr};

/// How many values a list of `count` is padded to.
pub(super) fn padded(count: usize) -> usize {
    count.max(1).next_power_of_two()
}

/// `items`, the last repeated until the list is [`padded`].
pub(super) fn pad<T>(items: &[T]) -> impl Iterator<Item = &T> {
    let missing = padded(items.len()) - items.len();
    items.iter().chain(items.last().into_iter().cycle().take(missing))
}

/// `$2, $3, $4, $5` for a first of 2 and a count of 3.
pub(super) fn list(first: usize, count: usize) -> String {
    let mut text = String::new();
    for n in first..first + padded(count) {
        let comma = if n == first { "" } else { ", " };
        let _ = write!(text, "{comma}${n}");
    }
    text
}

/// `($1, $2), ($3, $4)` for rows of two: [`padded`] many, numbered from 1.
pub(super) fn rows(count: usize, width: usize) -> String {
    let mut text = String::new();
    for row in 0..padded(count) {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 1..=width {
            let comma = if column == 1 { "" } else { ", " };
            let _ = write!(text, "{comma}${}", row * width + column);
        }
        text.push(')');
    }
    text
}

/// A statement whose text was put together from literals and the lists above.
pub(super) fn assembled(text: String) -> SqlStr {
    sqlx::SqlSafeStr::into_sql_str(AssertSqlSafe(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_padded_to_powers_of_two() {
        assert_eq!(list(2, 3), "$2, $3, $4, $5");
        assert_eq!(list(1, 1), "$1");
        assert_eq!(rows(3, 2), "($1, $2), ($3, $4), ($5, $6), ($7, $8)");
        assert_eq!(pad(&[1, 2, 3]).copied().collect::<Vec<_>>(), [1, 2, 3, 3]);
        assert_eq!(pad::<i32>(&[]).count(), 0);
    }
}
