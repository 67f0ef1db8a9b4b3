//! A message without JavaScript: its page, and those on which it is edited and deleted.

use rocket::{FromForm, get, post};
use rocket_dyn_templates::Template;
use serde::Serialize;

use super::in_path::MessageInPath;
use super::sending::{Sending, Sent};
use crate::model::changes::Wish;
use crate::model::messages::Body;
use crate::model::nonces::Nonce;
use crate::model::rooms::RoomLink;
use crate::model::{Invalid, Refusal};
use crate::store::{FoundMessage, Store};
use crate::web::body::Fields;
use crate::web::error::{Error, Problem};
use crate::web::form_sender::FormSender;
use crate::web::guards::User;
use crate::web::pages::{self, Page, PageAnswer};
use crate::web::paths::to_message;
use crate::web::templates::{self, Name};

#[derive(FromForm)]
pub(super) struct SentText {
    #[field(default = String::new())]
    body: String,
    #[field(default = String::new())]
    nonce: String,
    sent_at: Option<String>,
}

#[derive(FromForm)]
pub(super) struct SentDeletion {
    #[field(default = String::new())]
    nonce: String,
    sent_at: Option<String>,
}

#[get("/rooms/<_>/messages/<_>")]
pub(super) async fn show(user: &User, at: MessageInPath, store: &Store) -> Result<Template, Error> {
    let found = store.message(user.session.person.id, at.room, at.seq).await?;
    if found.message.event.deleted_by.is_some() {
        return Err(Refusal::MessageDeleted.into());
    }
    Ok(page(user, found, templates::MESSAGE, Typed::default()))
}

#[get("/rooms/<_>/messages/<_>/edit")]
pub(super) async fn edit_form(user: &User, at: MessageInPath, store: &Store) -> Result<Template, Error> {
    form(user, at, Wish::Edit, Typed::default(), store).await
}

#[get("/rooms/<_>/messages/<_>/delete")]
pub(super) async fn confirm(user: &User, at: MessageInPath, store: &Store) -> Result<Template, Error> {
    form(user, at, Wish::Delete, Typed::default(), store).await
}

/// Whatever is refused, the words come back.
#[post("/rooms/<_>/messages/<_>/edit", data = "<sent>")]
pub(super) async fn edit(
    sender: FormSender<'_>,
    at: MessageInPath,
    sending: Sending<'_>,
    sent: Fields<SentText>,
) -> Result<PageAnswer, Error> {
    let SentText { body, nonce, sent_at } = sent.0;
    let edit = Sent::edit(at.seq, &body, &nonce).map(|edit| edit.about_sent_at(sent_at));
    let changed = change(sender, at, &sending, (Wish::Edit, Some(&body)), edit).await;
    changed.map_err(|error| error.with_unsent(body))
}

#[post("/rooms/<_>/messages/<_>/delete", data = "<sent>")]
pub(super) async fn delete(
    sender: FormSender<'_>,
    at: MessageInPath,
    sending: Sending<'_>,
    sent: Fields<SentDeletion>,
) -> Result<PageAnswer, Error> {
    let SentDeletion { nonce, sent_at } = sent.0;
    let deletion = Sent::deletion(at.seq, &nonce).map(|deletion| deletion.about_sent_at(sent_at));
    change(sender, at, &sending, (Wish::Delete, None), deletion).await
}

/// Does what was asked and leads back to the message, or to the form with what is wrong and a fresh nonce.
async fn change(
    sender: FormSender<'_>,
    at: MessageInPath,
    sending: &Sending<'_>,
    (wish, body): (Wish, Option<&str>),
    sent: Result<Sent, Invalid>,
) -> Result<PageAnswer, Error> {
    let user = sender.user()?;
    if reads_already(user, at, body, sending.store).await {
        return Ok(to_message(at.room, at.seq).into());
    }
    let posted = match sent {
        Ok(sent) => sending.send(&user.session, at.room, sent).await,
        Err(invalid) => Err(invalid.into()),
    };
    match posted {
        Ok(_) => Ok(to_message(at.room, at.seq).into()),
        Err(error @ (Error::Invalid(_) | Error::TooMany(_) | Error::Refused(Refusal::NonceReused))) => {
            let problem = Problem::from(error);
            let typed = Typed { body, error: Some(&problem.detail) };
            let page = form(user, at, wish, typed, sending.store).await?;
            Ok(PageAnswer::refused(problem.status, page))
        }
        Err(error) => Err(error),
    }
}

/// Whether that is the message's text as it is: then nothing is edited.
async fn reads_already(user: &User, at: MessageInPath, body: Option<&str>, store: &Store) -> bool {
    let Some(Ok(body)) = body.map(Body::parse) else { return false };
    let person = user.session.person.id;
    store.message(person, at.room, at.seq).await.is_ok_and(|found| {
        found.require_allowed(Wish::Edit, person).is_ok() && found.message.event.body == body.as_str()
    })
}

/// What stands in a form instead of the message's text, and what is wrong with it.
#[derive(Clone, Copy, Default)]
struct Typed<'a> {
    body: Option<&'a str>,
    error: Option<&'a str>,
}

/// The page with the form of a change, for whoever may make it.
async fn form(
    user: &User,
    at: MessageInPath,
    wish: Wish,
    typed: Typed<'_>,
    store: &Store,
) -> Result<Template, Error> {
    let person = user.session.person.id;
    let found = store.message(person, at.room, at.seq).await?;
    found.require_allowed(wish, person)?;
    let name = match wish {
        Wish::Edit => templates::EDIT_MESSAGE,
        Wish::Delete => templates::DELETE_MESSAGE,
    };
    Ok(page(user, found, name, typed))
}

#[derive(Serialize)]
struct AboutMessage<'a> {
    room: &'a RoomLink,
    message: QuotedView<'a>,
    body: &'a str,
    error: Option<&'a str>,
    nonce: String,
}

#[derive(Serialize)]
struct QuotedView<'a> {
    seq: i64,
    author: &'a str,
    sent_at: String,
    sent_text: String,
    text: &'a str,
    may_be_edited: bool,
    may_be_deleted: bool,
}

fn page(user: &User, found: FoundMessage, name: Name, typed: Typed<'_>) -> Template {
    let may = |wish| found.require_allowed(wish, user.session.person.id).is_ok();
    let (entry, message) = (&found.message, &found.message.event);
    let view = AboutMessage {
        room: &found.room,
        message: QuotedView {
            seq: entry.position.seq,
            author: &message.author.name,
            sent_at: entry.at.rfc_3339(),
            sent_text: entry.at.readable(),
            text: &message.body,
            may_be_edited: may(Wish::Edit),
            may_be_deleted: may(Wish::Delete),
        },
        body: typed.body.unwrap_or(&message.body),
        error: typed.error,
        nonce: Nonce::fresh().as_str().to_owned(),
    };
    pages::render(name, Page::new(Some(user), view))
}
