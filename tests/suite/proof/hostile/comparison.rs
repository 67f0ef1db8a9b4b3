//! What of an answer must be the same on both engines: all but tags, nonces and times.

/// The text with those replaced.
pub fn masked(text: &str) -> String {
    let of_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | ':' | '.');
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(of_word) {
        masked.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.find(|c| !of_word(c)).unwrap_or(rest.len());
        masked.push_str(&masked_word(&rest[..end]));
        rest = &rest[end..];
    }
    masked + rest
}

/// What stands where two texts begin to differ.
pub fn difference(one: &str, other: &str) -> Option<(String, String)> {
    if one == other {
        return None;
    }
    let same = one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count();
    let there = |text: &str| text.chars().skip(same.saturating_sub(80)).take(200).collect();
    Some((there(one), there(other)))
}

fn masked_word(word: &str) -> String {
    if is_time(word) {
        return "<time>".to_owned();
    }
    let is_secret = |piece: &str| piece.len() >= 12 && piece.bytes().all(|byte| byte.is_ascii_hexdigit());
    let pieces = word.split_inclusive(['.', '-']).map(|piece| {
        let text = piece.trim_end_matches(['.', '-']);
        if is_secret(text) { piece.replace(text, "<tag>") } else { piece.to_owned() }
    });
    pieces.collect()
}

/// `2026-11-26T15:30:00.123Z`, `2026-11-26`, `15:30`.
fn is_time(word: &str) -> bool {
    let shape: String = word.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    shape.starts_with("0000-00-00") || shape == "00:00"
}

#[test]
fn tags_and_times_are_masked_and_nothing_else() {
    let text = r#"{"seq":7,"tag":"00ff00ff00ff00ff","at":"2026-11-26T15:30:00.123Z"} 12.0123456789abcdef-6-0 15:30 soup"#;
    let expected = r#"{"seq":7,"tag":"<tag>","at":"<time>"} 12.<tag>-6-0 <time> soup"#;
    assert_eq!(masked(text), expected);
}
