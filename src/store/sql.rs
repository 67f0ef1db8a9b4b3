//! Batched parameters: however many rows a statement is about, they travel as one parameter, so that the text of every
//! statement is a literal, prepared once, and its plan is known.
//!
//! `json_each($1)` takes a list apart again, on SQLite by itself, on PostgreSQL with the function that the
//! migration makes: a row per element, whose `value` is that element, an array or an object, so that
//! `value ->> 0` is its first member, or `value ->> 'seq'` the one of that name.

use serde::Serialize;

/// `[[1,"a"],[2,"b"]]` for two rows of two.
pub(super) fn json_rows<T: Serialize>(rows: &[T]) -> String {
    // What goes in is numbers, strings and tuples of them, which JSON has.
    serde_json::to_string(rows).unwrap_or_else(|_| "[]".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_an_array_of_arrays() {
        assert_eq!(json_rows(&[(1, "a"), (i64::MIN, "\"")]), r#"[[1,"a"],[-9223372036854775808,"\""]]"#);
        assert_eq!(json_rows(&[[7]]), "[[7]]");
        assert_eq!(json_rows::<[i64; 1]>(&[]), "[]");
    }
}
