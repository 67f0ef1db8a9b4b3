//! The search index: both engines find what a scan of all texts finds, and keep nothing of what is gone.

use rocket::futures::future::join_all;

use parlor::inspection::{Inspection, Said};

use crate::fixtures::{Change, Instance, Person, Room, eventually};

on_both_engines![queries_find_what_a_scan_finds, the_terms_of_a_deleted_room_are_cleared_away,];

const TEXTS: usize = 60;
const QUERIES: usize = 2_000;

/// Words of eight scripts, as people write them.
const WORDS: [&[&str]; 8] = [
    &["Tea", "the", "THE", "café", "Cafe", "straße", "don't", "foo.rs", "snake_case", "v1.2", "x", "İzmir"],
    &["Ωραίος", "κόσμος", "ΚΌΣΜΟΣ", "και", "το", "νερό"],
    &["Мир", "мой", "моя", "ещё", "еще", "ЧАЙ", "й"],
    &["שלום", "שָׁלוֹם", "תה", "צה״ל"],
    &["محمد", "مُحَمَّد", "شاي", "می\u{200c}خواهم"],
    &["हिन्दी", "में", "चाय", "की", "का"],
    &["東京", "京都", "東京都", "ラーメン", "お茶", "字", "ｶﾞｲﾄﾞ", "ガイド", "第2回", "茶"],
    &["สวัสดี", "ครับ", "ชา", "ที่นี่", "ที่", "학교", "학교에서", "차"],
];
const BETWEEN: [&str; 6] = [" ", " ", "  \n", "-", ", ", ""];
/// What FTS5, tsquery or LIKE would read as more than text.
const SIGNS: [&str; 16] = [
    "*",
    "-",
    "&",
    "| ",
    "!",
    "(",
    ") ",
    ":*",
    "^",
    "NEAR(",
    " AND ",
    " OR ",
    " NOT ",
    "\"",
    "'",
    "\\ % \0 <->",
];

/// Numbers that are the same in each run.
struct Random(u64);

impl Random {
    /// Below `end`.
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("a small number") % end
    }

    fn one_of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }

    fn text(&mut self) -> String {
        let scripts = [self.below(8), self.below(8)];
        let words = (0..=self.below(10)).map(|_| {
            let script = scripts[self.below(2)];
            format!("{}{}", self.one_of(WORDS[script]), self.one_of(&BETWEEN))
        });
        format!("{}.", words.collect::<String>())
    }

    /// A word, some of what stands in a text, a phrase, signs, or a name.
    fn query(&mut self, texts: &[String]) -> String {
        let parts = (0..=self.below(3)).map(|_| match self.below(9) {
            0..4 => {
                let script = self.below(8);
                self.one_of(WORDS[script]).to_owned()
            }
            4 => self.slice(texts),
            5 | 6 => format!("\"{}\"", self.slice(texts)),
            7 => self.one_of(&SIGNS).to_owned(),
            _ => self.one_of(&["from:ana", "FROM:Bo", "from:nobody", "from:", "\"from:ana\""]).to_owned(),
        });
        let parts: Vec<_> = parts.collect();
        parts.join(self.one_of(&[" ", " ", ""]))
    }

    fn slice(&mut self, texts: &[String]) -> String {
        let text: Vec<char> = texts[self.below(texts.len())].chars().collect();
        let start = self.below(text.len());
        text[start..].iter().take(1 + self.below(12)).collect()
    }
}

async fn queries_find_what_a_scan_finds(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let room = ana.creates("Kitchen").await;
    bo.joins(&room).await;
    let mut random = Random(7);
    let texts: Vec<String> = (0..TEXTS).map(|_| random.text()).collect();
    let mut said = say_all(&[&ana, &bo], &room, &texts).await;
    change_some(&[&ana, &bo], &room, &mut said, &mut random).await;
    let compared =
        |(seq, author, text): &(i64, String, String)| Said::new(*seq, author, text).expect("a name");
    let said: Vec<_> = said.iter().map(compared).collect();
    // What is said elsewhere is not found.
    let elsewhere = instance.person("cy").await;
    let other = elsewhere.creates("Attic").await;
    say_all(&[&elsewhere], &other, &texts[..20]).await;

    let account = instance.query_number("select id from account where name = 'ana'").await;
    let id = i64::try_from(room.id).unwrap();
    let mut found_some = 0;
    for n in 0..QUERIES {
        let typed = random.query(&texts);
        let found = instance.inside().search(account, id, &typed).await;
        let scanned = Inspection::scan(&said, &typed);
        assert_eq!(found, scanned, "query {n}: {typed:?}");
        found_some += usize::from(found.is_some_and(|found| !found.is_empty()));
    }
    assert!(found_some > QUERIES / 4, "only {found_some} queries find anything");
}

/// Numbers, authors and texts of all that was said, in order.
async fn say_all(people: &[&Person<'_>], room: &Room, texts: &[String]) -> Vec<(i64, String, String)> {
    let mut said = Vec::new();
    for (n, some) in texts.chunks(20).enumerate() {
        let person = people[n % people.len()];
        let seqs = join_all(some.iter().map(|text| person.says(room, text))).await;
        let texts = seqs.into_iter().zip(some);
        said.extend(
            texts.map(|(seq, text)| (i64::try_from(seq).unwrap(), person.name.clone(), text.clone())),
        );
    }
    said.sort_unstable();
    said
}

/// Gives every fifth message another text, and deletes every seventh.
async fn change_some(
    people: &[&Person<'_>],
    room: &Room,
    said: &mut Vec<(i64, String, String)>,
    random: &mut Random,
) {
    for (n, (seq, author, text)) in said.iter_mut().enumerate() {
        let about = u64::try_from(*seq).unwrap();
        let person = people.iter().find(|person| person.name == *author).unwrap();
        if n % 5 == 0 {
            *text = random.text();
            person.changes(room, &Change::edit(about, text)).await;
        }
        if n % 7 == 0 {
            text.clear();
            person.changes(room, &Change::deletion(about)).await;
        }
    }
    said.retain(|(.., text)| !text.is_empty());
}

async fn the_terms_of_a_deleted_room_are_cleared_away(instance: Instance) {
    let ana = instance.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says_many(&room, 30).await;
    let kept = async || instance.query_number("select count(*) from search").await;
    assert_eq!(kept().await, 30);
    ana.deletes(&room).await;
    instance.executes_sql("update room set deleted_at = 1 where deleted_at is not null").await;
    let cookies = ana.cookies();
    drop(ana);
    let instance = instance.restart().await;
    instance.visitor("ana").carries(cookies);
    let kept = async || instance.query_number("select count(*) from search").await;
    eventually("its terms are gone", async || kept().await == 0).await;
}
