//! What people do in a house, and what they read there.

use serde_json::{Value, json};

use super::Person;
use crate::support::{Person as Account, Room, nonce};

/// A message on the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub seq: u64,
    pub author: String,
    pub body: String,
}

const ALL_SAID: &str = "$$('[role=log] [data-seq]').map((it) => [
    Number(it.dataset.seq), it.querySelector('.message__author').textContent,
    it.querySelector('.message__body').textContent])";

impl Person {
    pub const ENTER: &str = "\u{e007}";
    pub const SHIFT_ENTER: &str = "\u{e008}\u{e007}\u{e000}";

    pub async fn signs_up(&self) {
        self.fills_in("Create account", "Username", &self.name).await;
        self.fills_in("Create account", "Password", Account::PASSWORD).await;
        self.presses("Create account").await;
        self.is_at("/rooms").await;
    }

    pub async fn logs_in(&self) {
        self.fills_in("Log in", "Username", &self.name).await;
        self.fills_in("Log in", "Password", Account::PASSWORD).await;
        self.presses("Log in").await;
        self.is_offered("Log out").await;
    }

    /// Makes a room from the list, and is in it.
    pub async fn creates(&self, name: &str) -> Room {
        self.fills_in("Create room", "Room name", name).await;
        self.presses("Create room").await;
        self.is_offered("Send").await;
        let path = self.finds("location.pathname").await;
        let id = path.as_str().and_then(|path| path.strip_prefix("/rooms/")?.parse().ok());
        Room { id: id.unwrap_or_else(|| panic!("not a room: {path}")), name: name.to_owned() }
    }

    /// Joins a room from the list, and is in it.
    pub async fn joins(&self, room: &Room) {
        self.opens("/rooms").await;
        self.presses_at(&room.name, "Join").await;
        self.is_in(room).await;
    }

    /// Waits until the room's page is there, with its box for writing.
    pub async fn is_in(&self, room: &Room) {
        self.is_at(&room.path("")).await;
        self.is_offered("Send").await;
    }

    /// Waits until the page stands before the room's door.
    pub async fn is_before(&self, room: &Room) {
        self.is_at(&room.path("")).await;
        self.sees("You are not in this room.").await;
        self.is_offered("Join").await;
    }

    /// Types a message and Enter.
    pub async fn says(&self, text: &str) {
        self.types_in("Message", &format!("{text}{}", Self::ENTER)).await;
    }

    /// Says one line and waits until it stands in the log.
    pub async fn says_and_sees(&self, text: &str) {
        self.says(text).await;
        self.has_read(text).await;
    }

    /// Waits until a message stands in the log.
    pub async fn has_read(&self, text: &str) {
        let said = "$$('[role=log] .message__body').map((it) => it.textContent)";
        self.waits_until(&format!("{said}.includes({})", json!(text))).await;
    }

    /// All messages on the page, from top to bottom.
    pub async fn log(&self) -> Vec<Said> {
        let read = |row: &Value| {
            let text = |index: usize| row[index].as_str().unwrap().to_owned();
            Said { seq: row[0].as_u64().unwrap(), author: text(1), body: text(2) }
        };
        self.finds(ALL_SAID).await.as_array().unwrap().iter().map(read).collect()
    }

    /// Their texts.
    pub async fn bodies(&self) -> Vec<String> {
        self.log().await.into_iter().map(|said| said.body).collect()
    }

    /// Writes numbered messages into the page without waiting for any to arrive.
    pub async fn writes_at_once(&self, count: usize) {
        let statements = "
            const box = field('Message');
            for (let n = 1; n <= given[0]; n += 1) {
                box.value = `message ${n}`;
                box.dispatchEvent(new InputEvent('input', { bubbles: true }));
                box.form.requestSubmit();
            }
            return true;";
        self.runs(statements, vec![json!(count)]).await;
    }

    /// Lets the page's next pause between two polls last for ever, as a hidden tab's may.
    pub async fn stops_polling(&self) {
        let statements = "
            const { setTimeout } = window;
            window.pauses = 0;
            window.setTimeout = (work, pause, ...rest) => {
                if (pause < 500 || pause > 1000) return setTimeout(work, pause, ...rest);
                window.pauses += 1;
                return 0;
            };
            return true;";
        self.runs(statements, Vec::new()).await;
        self.waits_until("window.pauses > 0").await;
    }

    /// Has no page of ours open any more.
    pub async fn leaves_the_house(&self) {
        self.client().goto("about:blank").await.expect("a blank page");
    }

    /// Stores messages without the page's doing, as another device of the same person would.
    pub async fn says_elsewhere(&self, room: &Room, bodies: &[String]) {
        let posts: Vec<_> = bodies.iter().map(|body| json!({"body": body, "nonce": nonce()})).collect();
        let statements = "
            for (const post of given[1]) {
                const headers = { 'Content-Type': 'application/json' };
                const answer = await fetch(given[0], { method: 'POST', headers, body: JSON.stringify(post) });
                if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
            }";
        self.runs(statements, vec![json!(room.api("?after=0")), json!(posts)]).await;
    }
}
