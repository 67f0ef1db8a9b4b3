//! What people do. A deed in the third person has succeeded; one that somebody *tries to* do gives the answer.

use std::sync::atomic::{AtomicU64, Ordering};

use rocket::futures::future::join_all;
use serde_json::json;

use super::{Answer, Message, News, Page, Person};

/// A room somebody has made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    pub id: u64,
    pub name: String,
}

impl Room {
    /// The page of the room, or of something in it.
    pub fn path(&self, rest: &str) -> String {
        format!("/rooms/{}{rest}", self.id)
    }

    /// Its messages in the JSON protocol.
    pub fn api(&self, query: &str) -> String {
        format!("/api/rooms/{}/messages{query}", self.id)
    }
}

/// A message about to be sent.
#[derive(Clone, Debug)]
pub struct Post {
    pub body: String,
    pub nonce: String,
    pub after: String,
}

impl Post {
    pub fn new(body: &str) -> Self {
        Self { body: body.to_owned(), nonce: nonce(), after: "0".to_owned() }
    }

    pub fn after(self, after: &str) -> Self {
        Self { after: after.to_owned(), ..self }
    }
}

/// A nonce nobody else has.
pub fn nonce() -> String {
    static MADE: AtomicU64 = AtomicU64::new(1);
    format!("nonce-{}", MADE.fetch_add(1, Ordering::Relaxed))
}

impl<'h> Person<'h> {
    pub async fn tries_to_sign_up(&self) -> Answer {
        self.sends("/accounts", &[("username", &self.name), ("password", Self::PASSWORD), ("next", "")]).await
    }

    pub async fn signs_up(&self) {
        self.tries_to_sign_up().await.lets_in("/rooms");
    }

    pub async fn tries_to_log_in(&self, password: &str) -> Answer {
        self.sends("/session", &[("username", &self.name), ("password", password), ("next", "")]).await
    }

    pub async fn logs_in(&self) {
        self.tries_to_log_in(Self::PASSWORD).await.lets_in("/rooms");
    }

    pub async fn logs_out(&self) {
        self.sends("/session/end", &[]).await.leads_to("/");
    }

    /// The same person, logged in a second time.
    pub async fn in_a_second_browser(&self) -> Person<'h> {
        let second = self.without_cookies();
        second.logs_in().await;
        second
    }

    pub async fn tries_to_create(&self, name: &str) -> Answer {
        self.sends("/rooms", &[("name", name)]).await
    }

    pub async fn creates(&self, name: &str) -> Room {
        let answer = self.tries_to_create(name).await.is(303);
        let id = answer.header("Location").and_then(|to| to.strip_prefix("/rooms/")?.parse().ok());
        Room { id: id.unwrap_or_else(|| panic!("not led to a room: {answer:?}")), name: name.to_owned() }
    }

    pub async fn tries_to_join(&self, room: &Room) -> Answer {
        self.sends(&room.path("/join"), &[]).await
    }

    pub async fn joins(&self, room: &Room) {
        self.tries_to_join(room).await.leads_to(&room.path(""));
    }

    pub async fn leaves(&self, room: &Room) {
        self.sends(&room.path("/leave"), &[]).await.leads_to("/rooms");
    }

    pub async fn tries_to_delete(&self, room: &Room) -> Answer {
        self.sends(&room.path("/delete"), &[]).await
    }

    pub async fn deletes(&self, room: &Room) {
        self.tries_to_delete(room).await.leads_to("/rooms");
    }

    pub async fn dismisses(&self) {
        self.sends("/notices/dismiss", &[]).await.leads_to("/rooms");
    }

    pub async fn tries_to_post(&self, room: &Room, post: &Post) -> Answer {
        let value = json!({"body": post.body, "nonce": post.nonce});
        self.sends_json(&room.api(&format!("?after={}", post.after)), &value).await
    }

    pub async fn says(&self, room: &Room, body: &str) -> u64 {
        self.tries_to_post(room, &Post::new(body)).await.is(201).news().seq.expect("a number")
    }

    /// Says so many things, numbered from 1, some of them at once.
    pub async fn says_many(&self, room: &Room, count: u64) {
        const AT_ONCE: usize = 20;
        let numbers: Vec<u64> = (1..=count).collect();
        for chunk in numbers.chunks(AT_ONCE) {
            join_all(chunk.iter().map(async |n| self.says(room, &format!("message {n}")).await)).await;
        }
    }

    /// Uses the form of the room's page, as without JavaScript.
    pub async fn tries_to_say_by_form(&self, room: &Room, body: &str) -> Answer {
        self.sends(&room.path("/post"), &[("body", body), ("nonce", &nonce())]).await
    }

    pub async fn polls(&self, room: &Room, after: &str) -> Answer {
        self.opens(&room.api(&format!("?after={after}"))).await
    }

    pub async fn sees_after(&self, room: &Room, after: &str) -> News {
        self.polls(room, after).await.is(200).news()
    }

    /// Everything there is, as a page would poll it.
    pub async fn reads(&self, room: &Room) -> Vec<Message> {
        let mut read: Vec<Message> = Vec::new();
        loop {
            let cursor = read.last().map_or("0".to_owned(), Message::cursor);
            let answer = self.polls(room, &cursor).await;
            if answer.status == 204 {
                return read;
            }
            let news = answer.is(200).news();
            let first = read.len() as u64 + 1;
            let expected: Vec<u64> = (first..first + news.messages.len() as u64).collect();
            assert_eq!(news.seqs(), expected, "what follows {cursor} has a hole");
            read.extend(news.messages);
            if !news.more {
                return read;
            }
        }
    }

    pub async fn bodies_in(&self, room: &Room) -> Vec<String> {
        self.reads(room).await.into_iter().map(|message| message.body).collect()
    }

    /// Who is inside, as a fragment.
    pub async fn sees_people_in(&self, room: &Room) -> Page {
        self.opens(&room.path("/people")).await.is(200).page()
    }

    /// The list of rooms.
    pub async fn list(&self) -> Page {
        self.opens("/rooms").await.is(200).page()
    }

    /// The room's page, for somebody inside.
    pub async fn enters_page_of(&self, room: &Room) -> Page {
        let page = self.opens(&room.path("")).await.is(200).page();
        assert!(page.log().is_some(), "not inside: {}", page.text());
        page
    }
}
