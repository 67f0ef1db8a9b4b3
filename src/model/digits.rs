//! Numbers as addresses and cursors have them.

/// The number that `text` is, if it has digits and nothing else: no sign and no space, and not too many of them.
pub fn digits(text: &str) -> Option<i64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_digits_alone() {
        assert_eq!(
            [digits("7"), digits("007"), digits("9223372036854775807")],
            [Some(7), Some(7), Some(i64::MAX)]
        );
        for text in ["", "+7", "-7", " 7", "7.", "1e3", "\u{667}", "9223372036854775808"] {
            assert_eq!(digits(text), None, "{text:?}");
        }
    }
}
