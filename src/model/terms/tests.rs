use super::*;

fn keys(text: &str) -> Vec<String> {
    tokens(text).into_iter().map(|token| token.key).collect()
}

fn kept(text: &str) -> Vec<String> {
    terms(&tokens(text)).into_iter().collect()
}

#[test]
fn words_of_scripts_with_spaces_are_folded() {
    for (text, words) in [
        ("The QUICK brown fox.", vec!["the", "quick", "brown", "fox"]),
        ("Ｆｕｌｌ　ｗｉｄｔｈ ﬁne", vec!["full", "width", "fine"]),
        ("Zoë à l’école, straße ŁÓDŹ Øre", vec!["zoe", "a", "l", "ecole", "strasse", "lodz", "ore"]),
        ("İstanbul ISPARTA ısparta", vec!["istanbul", "isparta", "isparta"]),
        ("Việt Nam, đường", vec!["viet", "nam", "duong"]),
        ("Ωραίος ΚΌΣΜΟΣ κόσμος", vec!["ωραιοσ", "κοσμοσ", "κοσμοσ"]),
        ("Ещё мой Киї́в", vec!["еще", "мой", "київ"]),
        ("שָׁלוֹם שלום", vec!["שלום", "שלום"]),
        ("مُحَمَّد محمد مـحـمـد أحمد", vec!["محمد", "محمد", "محمد", "احمد"]),
        ("می\u{200c}خواهم", vec!["میخواهم"]),
    ] {
        assert_eq!(keys(text), words, "{text}");
    }
}

#[test]
fn marks_that_are_letters_stay() {
    assert_eq!(keys("हिन्दी में"), ["हिन्दी", "में"]);
    assert_ne!(keys("की"), keys("का"));
    assert_ne!(keys("தமிழ்"), keys("தமழ"));
    assert_ne!(keys("が"), keys("か"));
    assert_eq!(keys("ｶﾞｷﾞ"), keys("ガギ"));
}

#[test]
fn scripts_without_spaces_have_each_sign_and_each_two() {
    assert_eq!(kept("東京都"), ["京", "京都", "東", "東京", "都"]);
    assert_eq!(kept("ラーメン"), ["メ", "メン", "ラ", "ラー", "ン", "ー", "ーメ"]);
    assert_eq!(kept("ที่นี่"), ["ที่", "ที่นี่", "นี่"]);
    assert_eq!(kept("학교"), ["교", "학", "학교"]);
    assert_eq!(kept("日。本"), ["日", "本"]);
    assert_eq!(kept("第2回Rust会"), ["2", "rust", "会", "回", "第"]);
}

#[test]
fn numbers_and_identifiers_are_found_by_their_words() {
    assert_eq!(
        keys("snake_case foo.rs don't v1.2.3 http://a.b/c-d"),
        ["snake", "case", "foo", "rs", "don", "t", "v1", "2", "3", "http", "a", "b", "c", "d"]
    );
    assert_eq!(keys("١٢٣ m² 5㎏ №7"), ["١٢٣", "m2", "5", "7"]);
    assert!(keys("-- \"…\" 🎉 \0 ()*:^&|!").is_empty());
}

#[test]
fn long_words_are_cut_alike() {
    assert_eq!(keys(&"x".repeat(500)), keys(&"x".repeat(4000)));
    assert_eq!(keys(&"é".repeat(500)), ["e".repeat(WORD_MAX)]);
    assert!(kept(&"𠀀".repeat(4000)).iter().all(|term| term.len() <= 8));
}

#[test]
fn a_token_says_where_it_stands() {
    for text in ["Tea, café 東京 x", "ｶﾞa\u{301} ที่b", "\u{301}a\u{200d}", "½ 1½a", "字\u{fe0f}字"]
    {
        for token in tokens(text) {
            assert_eq!(folded(&text[token.range.clone()]), token.key, "{text}");
        }
    }
    assert_eq!(tokens("a café").last().unwrap().range, 2..7);
}

#[test]
fn what_is_required_is_kept() {
    for (text, part) in [("東京都です", "京都"), ("a 東京 b", "東"), ("foo.rs", "foo rs"), ("ที่นี่", "นี่")]
    {
        assert!(required(&tokens(part)).is_subset(&terms(&tokens(text))), "{part}");
    }
    assert_eq!(required(&tokens("東京都")).into_iter().collect::<Vec<_>>(), ["京都", "東京"]);
    assert_eq!(required(&tokens("東")).into_iter().collect::<Vec<_>>(), ["東"]);
}
