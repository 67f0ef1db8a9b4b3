//! Many people in many rooms with many messages: written by SQL, since nobody can wait until they have signed up.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use parlor::inspection::Token;
use rocket::config::LogLevel;
use rocket::figment::Figment;
use rocket::futures::stream::{self, StreamExt};
use rocket::local::asynchronous::Client;
use sqlx::{AnyConnection, Connection};

use crate::fixtures::{Answer, Instance, Person, Post, Room, eventually, execute_sql};

/// People p1, p2 … with the browsers they are logged in with.
pub struct Crowd(Vec<BTreeMap<String, String>>);

impl Crowd {
    /// Writes so many people and so many rooms, both numbered from 1, into a database that has none. The person
    /// with number `id` is in the room whose number `place`, an expression of SQL, says; null is nowhere. An
    /// instance that is running does not know of them.
    pub async fn settle(url: &str, people: usize, rooms: usize, place: &str) -> Self {
        let tokens: Vec<Token> = (0..people).map(|_| Token::random()).collect();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_millis();
        let mut sql = format!(
            "begin;
             insert into account (name, name_key, password_hash, created_at)
             {numbers_of_people} select 'p' || n, 'p' || n, 'none', 0 from numbers order by n;
             insert into room (name, name_key, owner_id, created_at, last_seq, last_tag, message_count, people_seq,
                               people_tag)
             {numbers_of_rooms} select 'room ' || n, 'room ' || n, 1, 0, 0, 0, 0, 0, 0 from numbers order by n;
             update site set room_count = {rooms};
             insert into membership (account_id, room_id, joined_at)
             select id, {place}, 0 from account where {place} is not null",
            numbers_of_people = numbers("1", people),
            numbers_of_rooms = numbers("1", rooms),
        );
        for (n, token) in tokens.iter().enumerate() {
            let start =
                "insert into session (token_hash, account_id, created_at, seen_at, expires_at) values";
            let before = if n % 500 == 0 { format!(";{start}") } else { ",".to_owned() };
            let (hash, end) = (token.hash().to_hex(), now + 1_000_000_000);
            write!(sql, "{before} (unhex('{hash}'), {}, {now}, {now}, {end})", n + 1).unwrap();
        }
        execute_sql(url, &format!("{sql}; commit")).await;
        Self(cookies(url, &tokens).await)
    }

    /// That person, without a socket.
    pub fn at<'h>(&self, instance: &'h Instance, person: usize) -> Person<'h> {
        self.with_cookies(instance.visitor(&format!("p{person}")), person)
    }

    /// That person, over HTTP.
    pub fn at_address(&self, address: SocketAddr, person: usize) -> Person<'static> {
        self.with_cookies(Person::over_http(address, &format!("p{person}")), person)
    }

    fn with_cookies<'h>(&self, person: Person<'h>, number: usize) -> Person<'h> {
        person.carries(self.0[number - 1].clone());
        person
    }
}

/// The beginning of a query that has the numbers from `first` to `last` in the column `n` of `numbers`.
fn numbers(first: &str, last: usize) -> String {
    format!(
        "with recursive numbers (n) as (select {first} union all select n + 1 from numbers where n < {last})"
    )
}

/// How a browser keeps these tokens: sealed with the key of the cookies that is in the database.
async fn cookies(url: &str, tokens: &[Token]) -> Vec<BTreeMap<String, String>> {
    let mut connection = AnyConnection::connect(url).await.expect("the database");
    let key: String =
        sqlx::query_scalar("select secret_key from site").fetch_one(&mut connection).await.expect("a key");
    connection.close().await.expect("to hang up");
    let usual = rocket::Config { log_level: LogLevel::Off, ..rocket::Config::debug_default() };
    let jeweller = rocket::custom(Figment::from(usual).merge(("secret_key", key)));
    let client = Client::untracked(jeweller).await.expect("nothing to go wrong");
    let cookie = |token: &Token| {
        let request = client.get("/").private_cookie(("parlor", token.to_hex()));
        let sealed = request.inner().cookies().get("parlor").expect("a cookie").value().to_owned();
        BTreeMap::from([("parlor".to_owned(), sealed)])
    };
    tokens.iter().map(cookie).collect()
}

/// The room of that number.
pub fn room(id: usize) -> Room {
    Room { id: id as u64, name: format!("room {id}") }
}

/// Has a room hold so many messages, of the first `authors` people in turn. Their nonces are as if one had been
/// posted in each of the first milliseconds of 1970.
pub async fn fill(url: &str, room: usize, messages: usize, authors: usize) {
    let nonce = if url.starts_with("sqlite:") {
        "printf('%012x', n) || lower(hex(randomblob(10)))"
    } else {
        "lpad(to_hex(n), 12, '0') || left(md5(cast(random() as text)), 20)"
    };
    let numbers = numbers(&format!("(select last_seq + 1 from room where id = {room})"), messages);
    execute_sql(
        url,
        &format!(
            "begin;
             insert into entry (room_id, seq, tag, author_id, body, at, nonce, kind, digest, changed, message_count)
             {numbers} select {room}, n, n, n % {authors} + 1, '{TEXT}', 0, {nonce}, 'message', unhex(''), 0, n from numbers;
             update room set last_seq = {messages}, last_tag = {messages} where id = {room};
             commit"
        ),
    )
    .await;
}

/// What people say: about as long as what they usually say.
pub const TEXT: &str = "Shall we meet at the lake at three, or is it too cold for that, what do you think?";

impl Person<'_> {
    /// Says something there, and asks for as many messages as there are at most.
    pub async fn tells(&self, room: &Room) -> Answer {
        self.tells_after(room, "0").await
    }

    /// Says something there, and asks for what is after this cursor.
    pub async fn tells_after(&self, room: &Room, after: &str) -> Answer {
        self.tries_to_post(room, &Post { nonce: nonce(), ..Post::new(TEXT) }.after(after)).await
    }
}

/// As the page of a room makes them: when it is, in milliseconds, and what makes it unique.
fn nonce() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_millis();
    format!("{now:012x}{:020x}", rand::random::<u128>() >> 48)
}

/// Everybody polls until they are answered, in as many rooms: person n in the room of that number, beginning again
/// at 1 after the last.
pub async fn everybody_polls(people: &[Person<'_>], rooms: usize) {
    let poll = async |(n, person): (usize, &Person<'_>)| {
        let room = room(n % rooms + 1);
        eventually("a poll is answered", async || person.polls(&room, "0").await.status < 300).await;
    };
    stream::iter(people.iter().enumerate()).map(poll).buffer_unordered(32).collect::<()>().await;
}
