//! Messages and changes, sent once or again, by JSON or by a form.

use serde_json::{Map, Value};

use crate::fixtures::nonce;

use super::actions::Deed;
use super::comparison::{Comparison, Sent};
use super::play::{page, problem};
use super::refusal::Refusal;
use super::reply::{Reply, seq_of};
use super::world::Content;

const BODIES: [&str; 4] = ["soup", "two\nlines", "<b>&amp;</b> \"quoted\"", "😀"];

impl Comparison<'_> {
    /// Something for a room's log.
    pub async fn sends_something(&mut self, by: (usize, usize), deed: Deed) -> (Reply, Reply) {
        let body = |n: usize| BODIES[n % BODIES.len()].to_owned();
        let (place, after, by_form) = match deed {
            Deed::Post { place, after, by_form, .. }
            | Deed::Edit { place, after, by_form, .. }
            | Deed::Erase { place, after, by_form, .. } => (place, after, by_form),
            Deed::Repeat { post, other_body, by_form } => {
                return self.repeats(by, post, other_body, by_form).await;
            }
            _ => unreachable!("something to send"),
        };
        let room = self.place(by.0, place);
        let content = match deed {
            Deed::Edit { about, body: n, .. } => {
                Content::Edit { about: self.number(room, about), body: body(n) }
            }
            Deed::Erase { about, .. } => Content::Deletion { about: self.number(room, about) },
            Deed::Post { body: n, .. } => Content::Message(body(n)),
            _ => unreachable!("something to send"),
        };
        let sent = Sent { who: by.0, room, content, nonce: nonce(), after: self.valid_cursor(room, after) };
        self.sent.push(sent.clone());
        self.sends_it(by, &sent, by_form).await
    }

    async fn repeats(
        &mut self,
        by: (usize, usize),
        n: usize,
        otherwise: bool,
        by_form: bool,
    ) -> (Reply, Reply) {
        let mine: Vec<_> = self.sent.iter().filter(|sent| sent.who == by.0).cloned().collect();
        let Some(mut sent) = mine.get(n % mine.len().max(1)).cloned() else {
            return (Reply::Nothing, Reply::Nothing);
        };
        if otherwise {
            match &mut sent.content {
                Content::Message(body) | Content::Edit { body, .. } => body.push('!'),
                Content::Deletion { about } => *about += 1,
            }
        }
        self.sends_it(by, &sent, by_form).await
    }

    async fn sends_it(&mut self, by: (usize, usize), sent: &Sent, by_form: bool) -> (Reply, Reply) {
        let ((who, browser), room) = (by, sent.room);
        let allowed = self.only_if(self.world.is_logged_in(who, browser));
        let foretold = allowed.and_then(|()| {
            // A form that is saved as it came edits nothing.
            let as_it_is = by_form && self.reads_already(who, sent);
            if as_it_is { Ok((0, false)) } else { self.world.send(who, room, &sent.content, &sent.nonce) }
        });
        let (to, place) = match &sent.content {
            Content::Message(_) => (if by_form { "/post" } else { "" }.to_owned(), String::new()),
            Content::Edit { about, .. } => {
                (format!("/messages/{about}/edit"), format!("?at={about}#m{about}"))
            }
            Content::Deletion { about } => {
                (format!("/messages/{about}/delete"), format!("?at={about}#m{about}"))
            }
        };
        let target = self.room(room);
        let body = match &sent.content {
            Content::Message(body) | Content::Edit { body, .. } => Some(body.as_str()),
            Content::Deletion { .. } => None,
        };
        let fields = body.map(|body| ("body", body)).into_iter().chain([("nonce", sent.nonce.as_str())]);
        if by_form {
            let answered = self.sends(who, browser, &target.path(&to), &fields.collect::<Vec<_>>()).await;
            return (page(self.by_form(foretold, sent), &target.path(&place)), answered);
        }
        let json = fields.map(|(name, value)| (name.to_owned(), Value::from(value))).collect::<Map<_, _>>();
        let path = target.api(&format!("{}?after={}", to.trim_start_matches("/messages"), sent.after));
        let answer = self.browsers[who][browser].sends_json(&path, &json.into()).await;
        self.learns(room, &answer);
        let still_inside = room.is_some() && self.world.here(who) == room;
        let foretold = foretold.map(|(seq, new)| match room {
            Some(room) if still_inside => {
                let after = usize::try_from(seq_of(&sent.after)).unwrap();
                self.world.news(room, after, if new { 201 } else { 200 }, Some(seq))
            }
            _ => Reply::Known { seq },
        });
        (problem(foretold), Reply::to_call(&answer, still_inside))
    }

    /// Whether an edit has the text that its message has.
    fn reads_already(&self, who: usize, sent: &Sent) -> bool {
        let Content::Edit { about, body } = &sent.content else { return false };
        let form = self.world.message_form(who, sent.room, *about, false);
        form == Ok(Reply::MessageForm(Some(body.clone())))
    }

    /// The number of something in a room's log, or one that nothing has.
    pub fn number(&self, room: Option<usize>, n: usize) -> u64 {
        1 + n as u64 % (self.length(room) as u64 + 1)
    }

    /// Where a nonce has been used for something else, the form comes again, for those who may have it.
    fn by_form(&self, foretold: Result<(u64, bool), Refusal>, sent: &Sent) -> Result<(u64, bool), Refusal> {
        if foretold == Err(Refusal::NonceReused) {
            let (world, who, room) = (&self.world, sent.who, sent.room);
            match sent.content {
                Content::Message(_) => _ = world.for_members(who, room)?,
                Content::Edit { about, .. } => _ = world.message_form(who, room, about, false)?,
                Content::Deletion { about } => _ = world.message_form(who, room, about, true)?,
            }
        }
        foretold
    }
}
