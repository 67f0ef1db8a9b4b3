//! Doing what was asked.

use super::lists;
use super::request::{Answer, Request};
use crate::live::Live;
use crate::model::Refusal;
use crate::model::accounts::{AccountId, UsernameKey};
use crate::model::digits::digits;
use crate::model::rooms::{RoomId, RoomName};
use crate::model::sessions::Token;
use crate::model::sign_up::{INVITATION, NewInvitation, PASSWORD_LINK, SignUp, Uses};
use crate::store::{Actor, Committed, Error, Store};

/// Does it, and waits until this instance's memory knows, if there is one. `set` is what the settings say of sign-up, as
/// far as that is known.
pub(crate) async fn carry_out(
    request: Request,
    store: &Store,
    live: Option<&Live>,
    set: Option<SignUp>,
) -> Answer {
    match answer(request, store, live, set).await {
        Ok(answer) => answer,
        Err(Error::Refused(refusal)) => Answer::Refused(words(refusal)),
        Err(Error::Failed(failure)) => Answer::Refused(failure.to_string()),
    }
}

async fn answer(
    request: Request,
    store: &Store,
    live: Option<&Live>,
    set: Option<SignUp>,
) -> Result<Answer, Error> {
    Ok(match request {
        Request::People { beginning } => Answer::Done(lists::people(store, &beginning).await?),
        Request::Rooms { beginning } => Answer::Done(lists::rooms(store, &beginning).await?),
        Request::Log { before } => Answer::Done(lists::actions(store, before).await?),
        Request::Bar { person } => {
            applied(store.bar(Actor::Shell, find(store, &person).await?).await?, live).await;
            done(format!("{person} is barred and logged out everywhere"))
        }
        Request::Unbar { person } => {
            store.lift_bar(Actor::Shell, find(store, &person).await?).await?;
            done(format!("{person} may log in"))
        }
        Request::EndSessions { person } => {
            applied(store.end_sessions(Actor::Shell, find(store, &person).await?).await?, live).await;
            done(format!("{person} is logged out everywhere"))
        }
        Request::MakeAdmin { person } => {
            store.name_admin(Actor::Shell, find(store, &person).await?).await?;
            done(format!("{person} is an admin"))
        }
        Request::RemoveAdmin { person } => {
            store.unname_admin(Actor::Shell, find(store, &person).await?).await?;
            done(format!("{person} is no admin"))
        }
        Request::PasswordLink { person } => password_link(store, &person).await?,
        Request::DeleteRoom { room } => delete_room(store, &room, live).await?,
        Request::Invite { people } => invite(store, &people, set).await?,
        Request::SignUp { who } => sign_up(store, &who).await?,
    })
}

fn done(line: String) -> Answer {
    Answer::Done(vec![line])
}

async fn applied<T>(committed: Committed<T>, live: Option<&Live>) -> T {
    match live {
        Some(live) => live.applied(committed).await,
        None => committed.into_parts().0,
    }
}

async fn find(store: &Store, person: &str) -> Result<AccountId, Error> {
    let found = match UsernameKey::of(person) {
        Some(name) => store.account_named(&name).await?,
        None => None,
    };
    Ok(found.ok_or(Refusal::NoSuchAccount)?)
}

/// The open room that is meant: `#2` is number 2; `2` is that too, or else the room of this name. Where there are both,
/// a sentence that says so, since whoever typed it may want the one or the other.
pub(crate) async fn find_room(store: &Store, typed: &str) -> Result<Result<RoomId, String>, Error> {
    if let Some(number) = typed.strip_prefix('#').and_then(digits) {
        return Ok(Ok(store.room(RoomId(number)).await?.room.id));
    }
    let named = match RoomName::parse(typed) {
        Ok(name) => store.room_named(&name).await?,
        Err(_) => None,
    };
    let Some(number) = digits(typed) else { return Ok(Ok(named.ok_or(Refusal::NoSuchRoom)?)) };
    match (store.room(RoomId(number)).await, named) {
        (Ok(numbered), Some(named)) if numbered.room.id != named => Ok(Err(format!(
            "“{typed}” is the number of the room “{}” and the name of room {named}: \
             please say '#{number}' or '#{named}'",
            numbered.room.name
        ))),
        (Ok(numbered), _) => Ok(Ok(numbered.room.id)),
        (Err(Error::Refused(_)), Some(named)) => Ok(Ok(named)),
        (Err(error), _) => Err(error),
    }
}

async fn delete_room(store: &Store, room: &str, live: Option<&Live>) -> Result<Answer, Error> {
    let id = match find_room(store, room).await? {
        Ok(id) => id,
        Err(ambiguous) => return Ok(Answer::Refused(ambiguous)),
    };
    let name = store.room(id).await?.room.name;
    applied(store.delete_room_as_admin(Actor::Shell, id).await?, live).await;
    Ok(done(format!("the room “{name}” is deleted")))
}

async fn password_link(store: &Store, person: &str) -> Result<Answer, Error> {
    let token = Token::random();
    store.make_password_link(Actor::Shell, find(store, person).await?, &token.hash()).await?;
    let hours = PASSWORD_LINK.as_secs() / 3600;
    let about = format!("with this link {person} can choose a new password, once, within {hours} hours");
    Ok(Answer::Link { path: format!("/password-reset/{}", token.to_hex()), about })
}

async fn invite(store: &Store, people: &str, set: Option<SignUp>) -> Result<Answer, Error> {
    let uses = match Uses::parse(people) {
        Ok(uses) => uses,
        Err(invalid) => return Ok(Answer::Refused(invalid.to_string())),
    };
    let is_closed = store.sign_up(set).await?.sign_up == SignUp::Closed;
    let token = Token::random();
    store.invite(Actor::Shell, &NewInvitation { token: token.hash(), uses }).await?;
    let days = INVITATION.as_secs() / (24 * 3600);
    let who = if uses.get() == 1 { "one person".to_owned() } else { format!("{} people", uses.get()) };
    let unless = if is_closed { " (not while sign-up is closed, as it is now)" } else { "" };
    let about = format!("with this link {who} can create an account within {days} days{unless}");
    Ok(Answer::Link { path: format!("/invitations/{}", token.to_hex()), about })
}

async fn sign_up(store: &Store, who: &str) -> Result<Answer, Error> {
    let Some(sign_up) = SignUp::parse(who) else {
        return Ok(Answer::Refused(format!("“{who}” is neither open, invited nor closed")));
    };
    store.set_sign_up(Actor::Shell, sign_up).await?;
    Ok(done(format!("sign-up is {who}, unless the setting sign_up says otherwise")))
}

fn words(refusal: Refusal) -> String {
    match refusal {
        Refusal::NoSuchAccount => "there is nobody of this name".to_owned(),
        Refusal::NoSuchRoom => "there is no open room of this number or name".to_owned(),
        Refusal::RoomDeleted { room, by } => format!("the room “{room}” was deleted by {by}"),
        Refusal::LastAdmin => "this is the only admin: make somebody else one first".to_owned(),
        _ => "this is not allowed".to_owned(),
    }
}
