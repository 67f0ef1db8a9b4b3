use super::*;

fn query(typed: &str) -> Query {
    Query::parse(typed).unwrap()
}

fn finds(typed: &str, text: &str) -> bool {
    let query = query(typed);
    let terms = crate::model::terms::terms(&tokens(text));
    let found = query.matches(text);
    assert!(!found || query.terms().iter().all(|term| terms.contains(term)), "{typed} in {text}");
    found
}

#[test]
fn words_are_found_in_any_order_and_phrases_in_theirs() {
    let text = "The cat sat on the café’s mat; foo.rs has snake_case.";
    for found in
        ["mat CAT", "\"cat sat\"", "“sat on”", "cafe", "foo.rs", "snake_case", "case snake", "\"café s mat\""]
    {
        assert!(finds(found, text), "{found}");
    }
    for not in ["dog", "cat dog", "\"sat cat\"", "\"cat on\"", "ca", "rs.foo"] {
        assert!(!finds(not, text), "{not}");
    }
}

#[test]
fn signs_are_found_alone_and_as_they_follow_each_other() {
    let text = "東京都に住む。สวัสดีครับ 학교에서 만나";
    for found in ["京", "東京", "京都に", "สวัสดี", "ครับ", "학교", "만나 東京"]
    {
        assert!(finds(found, text), "{found}");
    }
    for not in ["東都", "都住", "む学", "ครู", "교학"] {
        assert!(!finds(not, text), "{not}");
    }
}

#[test]
fn operators_are_words_or_nothing() {
    for typed in [
        "a AND b",
        "a* -b",
        "a & !b | (c)",
        "NEAR(a b)",
        "a:b ^c",
        "\"a",
        "a\"",
        "\"a\" \" b",
        "a\0b",
        "'; drop--",
    ] {
        assert!(Query::parse(typed).is_ok(), "{typed}");
    }
    assert!(finds("cat AND mat", "cat and mat") && !finds("cat AND mat", "cat mat"));
    assert!(finds("-cat", "a cat") && finds("c*at", "c at") && !finds("c*", "cat"));
    assert!(finds("\"cat sat", "sat cat"), "a quote that does not close");
    for nothing in ["", " \t", "\"\"", "*", "-- && ()", "🎉", "\0"] {
        assert!(Query::parse(nothing).is_err(), "{nothing}");
    }
    assert!(Query::parse(&"x".repeat(QUERY_MAX)).is_ok());
    assert!(Query::parse(&"x".repeat(QUERY_MAX + 1)).is_err());
    assert!(query(&"ab cd ".repeat(150)).terms().len() <= 2);
}

#[test]
fn from_names_an_author() {
    let names = |typed| query(typed).authors().iter().map(|key| key.as_str().to_owned()).collect::<Vec<_>>();
    assert_eq!(names("from:Ana tea FROM:ｂｏｂ"), ["ana", "bob"]);
    assert_eq!(query("from:ana").terms(), [""; 0]);
    for words in ["\"from:ana\"", "from: ana", "from:a,b", "from:", "xfrom:ana", "frém:ana"] {
        assert_eq!(names(words), [""; 0], "{words}");
    }
}

#[test]
fn an_excerpt_marks_what_was_found() {
    let marked = |typed: &str, text: &str| {
        let query = query(typed);
        let Excerpt { cut_before, pieces, cut_after } = query.excerpt(text);
        let mark = |piece: &Piece<'_>| {
            if piece.found { format!("[{}]", piece.text) } else { piece.text.to_owned() }
        };
        let dots = |cut| if cut { "…" } else { "" };
        format!("{}{}{}", dots(cut_before), pieces.iter().map(mark).collect::<String>(), dots(cut_after))
    };
    assert_eq!(marked("café mat", "Mats: a CAFE mat."), "Mats: a [CAFE] [mat].");
    assert_eq!(marked("\"a b\" b", "x a b b"), "x [a b] [b]");
    assert_eq!(marked("京都 東京", "東京都に"), "[東京都]に");
    assert_eq!(marked("from:ana", "hello there"), "hello there");
    let long = format!("{}needle{}", "word ".repeat(500), " word".repeat(500));
    let cut = marked("needle", &long);
    assert!(cut.starts_with("…word") && cut.contains(" [needle] ") && cut.ends_with("word…"), "{cut}");
    assert!(cut.chars().count() < BEFORE + AFTER + 10, "{cut}");
    let unbroken = marked("字", &format!("{}字{}", "あ".repeat(1000), "あ".repeat(1000)));
    assert_eq!(unbroken.chars().count(), BEFORE + AFTER + 4);
    assert_eq!(query(&"a ".repeat(500)).phrases.len(), 1, "looked for once");
    assert_eq!(query("\"東 京\" 東京 東京").phrases.len(), 2);
    assert_eq!(marked("b a", "x a b y"), "x [a] [b] y");
    let all = marked(&"x".repeat(40), &"x".repeat(4000));
    assert_eq!(all.chars().count(), AFTER + 3, "{all}");
}

#[test]
fn rooms_are_looked_for_by_parts_of_their_names() {
    let query = |typed: &str| NameQuery::parse(typed).unwrap();
    let finds = |typed, name| query(typed).unwrap().matches(name);
    assert!(finds("caf", "Le Café") && finds("cake TEA", "Tea & cake") && finds("&", "Tea & cake"));
    assert!(finds("CAF", "caf-Teria") && !finds("café", "tea"));
    assert!(finds("京", "東京") && finds("👧", "👩‍👩‍👧 family"));
    assert!(!finds("tea x", "Tea & cake"));
    assert!(query(" \t").is_none());
    assert_eq!(query(&"tea Tea té ".repeat(90)).unwrap().0.len(), 2, "each is looked for once");
    assert!(query(&"x".repeat(QUERY_MAX)).is_some());
    assert!(NameQuery::parse(&"x".repeat(QUERY_MAX + 1)).is_err());
}
