//! Who may call what, weakest first; each guard is built from the ones above it.
//!
//! | guard | proves | asks |
//! |---|---|---|
//! | [`SameOrigin`] | a form was not sent by another site | nobody |
//! | [`Visitor`] | nothing; says who it is if someone is logged in | the database |
//! | [`User`] | someone is logged in, and the form that is sent was made for them | the database |
//! | [`Admin`](super::admin::Admin) | … and looks after the site | the database |
//! | [`FormSender`](super::form_sender::FormSender) | as [`User`], when the handler asks: words come back | the database |
//! | [`RoomInPath`] | nothing; the number of the room in the path | nobody |
//! | [`RoomVisitor`] | … and the room in the path is there | the database |
//! | [`Owner`] | … and they have made it | the database |
//! | [`Member`] | someone is logged in, and in the room in the path | the database |
//! | [`CachedUser`] | someone is logged in: enough for a poll | memory, which only says yes; else the database |
//! | [`CachedMember`] | … and is in the room in the path | memory, which only says yes; else the database |
//!
//! What changes something proves more: the store reads session and membership again, inside the transaction.
//!
//! Handlers take `/rooms/<_>/…`: they cannot reach the number in the path except through [`RoomInPath`].

use std::sync::Arc;

use rocket::Request;
use rocket::http::Status;
use rocket::outcome::{Outcome, try_outcome};
use rocket::request::{self, FromRequest};

use super::cookies::Cookies;
use super::error::Error;
use super::page_account::{self, require_form_of};
use super::same_origin::SameOrigin;
use crate::live::Live;
use crate::model::Refusal;
use crate::model::accounts::AccountId;
use crate::model::digits::digits;
use crate::model::memberships::Whereabouts;
use crate::model::rooms::{Room, RoomId};
use crate::model::sessions::{Session, TOUCH, TokenHash};
use crate::store::{FoundSession, Store};

/// Someone who is logged in, as the database says now.
#[derive(Clone)]
pub(super) struct User {
    pub(super) session: Session,
    pub(super) whereabouts: Whereabouts,
    pub(super) is_admin: bool,
}

/// The token hash that a request presents; nothing is proven by it.
pub(super) fn presented_token(request: &Request<'_>) -> Option<TokenHash> {
    Some(Cookies::of(request).token()?.hash())
}

fn state<'r, T: Send + Sync + 'static>(request: &'r Request<'_>) -> Result<&'r T, Error> {
    request.rocket().state().ok_or(Error::Unavailable)
}

/// The database, for this request: it has so much time there in all, and waits among its like.
#[rocket::async_trait]
impl<'r> FromRequest<'r> for &'r Store {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        match database(request) {
            Ok(store) => Outcome::Success(store),
            Err(error) => error.refuse(request),
        }
    }
}

fn database<'r>(request: &'r Request<'_>) -> Result<&'r Store, Error> {
    database_for(request, Store::for_page)
}

fn database_for<'r>(request: &'r Request<'_>, purpose: fn(&Store) -> Store) -> Result<&'r Store, Error> {
    let store = state::<Store>(request)?;
    Ok(&request.local_cache(|| RequestStore(purpose(store))).0)
}

/// The database, as its request may use it. Whoever asks first decides for what.
struct RequestStore(Store);

async fn find_session(request: &Request<'_>) -> Result<Option<FoundSession>, Error> {
    let Some(token) = presented_token(request) else { return Ok(None) };
    Ok(state::<Live>(request)?.find_session(&token, database(request)?).await?)
}

/// Keeps a session from ending while its person does things; to be called for what people do, never
/// for a poll. That it is written fails at worst until the next time.
pub(super) async fn extend(store: &Store, live: &Live, session: &Session) {
    if session.seen_at > store.now().before(TOUCH) {
        return;
    }
    match store.touch_session(&session.token).await {
        Ok(committed) => live.applied(committed).await,
        Err(error) => tracing::warn!("a session could not be extended: {error}"),
    }
}

/// Read once per request, however many guards ask.
struct Loaded(Result<Option<User>, Status>);

/// Extended once per request.
struct Extended;

/// Who asks, logged in or not, from the database and not from memory.
pub(super) struct Visitor<'r>(pub(super) Option<&'r User>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Visitor<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        let loaded = request.local_cache_async(async {
            let found = find_session(request).await.map_err(|error| error.attach(request));
            let user =
                |FoundSession { session, whereabouts, is_admin, .. }| User { session, whereabouts, is_admin };
            Loaded(found.map(|found| found.map(user)))
        });
        match &loaded.await.0 {
            Ok(user) => Outcome::Success(Self(user.as_ref())),
            Err(status) => Outcome::Error((*status, ())),
        }
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for &'r User {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        try_outcome!(request.guard::<SameOrigin>().await);
        let Some(user) = try_outcome!(request.guard::<Visitor<'_>>().await).0 else {
            return Error::from(Refusal::LoggedOut).refuse(request);
        };
        if let Err(refusal) = require_form_of(request, &user.session.person) {
            return Error::from(refusal).refuse(request);
        }
        if let (Ok(store), Ok(live)) = (database(request), state(request)) {
            let extending = async {
                extend(store, live, &user.session).await;
                Extended
            };
            request.local_cache_async(extending).await;
        }
        Outcome::Success(user)
    }
}

/// The number of the room in the path, whether there is such a room or not.
pub(super) struct RoomInPath(pub(super) RoomId);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for RoomInPath {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        let Some(place) = request.route().and_then(|route| {
            let mut segments = route.uri.path().split('/');
            segments.position(|segment| segment == "rooms").map(|rooms| rooms + 1)
        }) else {
            return Outcome::Error((Status::InternalServerError, ()));
        };
        let segment = request.uri().path().as_str().split('/').nth(place).unwrap_or_default();
        match digits(segment) {
            Some(id) => Outcome::Success(Self(RoomId(id))),
            None => Error::from(Refusal::NoSuchRoom).refuse(request),
        }
    }
}

/// The open room in the path, and who asks for it.
pub(super) struct RoomVisitor<'r> {
    pub(super) user: &'r User,
    pub(super) room: Room,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for RoomVisitor<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        let user = try_outcome!(request.guard::<&User>().await);
        let RoomInPath(id) = try_outcome!(request.guard::<RoomInPath>().await);
        let found = async { Ok(database(request)?.room(id).await?) };
        match found.await {
            Ok(room) => Outcome::Success(Self { user, room }),
            Err::<_, Error>(error) => error.refuse(request),
        }
    }
}

/// Who created the room that the path names.
pub(super) struct Owner<'r> {
    pub(super) user: &'r User,
    pub(super) room: Room,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Owner<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        let RoomVisitor { user, room } = try_outcome!(request.guard::<RoomVisitor<'_>>().await);
        if room.owner.id == user.session.person.id {
            return Outcome::Success(Self { user, room });
        }
        Error::from(Refusal::NotTheOwner).refuse(request)
    }
}

/// Someone who is logged in, as the database says now. Their session is not extended: it may be a poll that asks.
async fn database_user<'r>(request: &'r Request<'_>) -> request::Outcome<&'r User, ()> {
    match try_outcome!(request.guard::<Visitor<'_>>().await).0 {
        Some(user) if page_account::is_of(request, &user.session.person) => Outcome::Success(user),
        _ => Error::from(Refusal::LoggedOut).refuse(request),
    }
}

/// Someone who is in the room that the path names, as the database says now. It never extends the session.
pub(super) struct Member {
    pub(super) account: AccountId,
    pub(super) room: RoomId,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Member {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        try_outcome!(claim_poll_store(request));
        try_outcome!(request.guard::<SameOrigin>().await);
        let user = try_outcome!(database_user(request).await);
        let RoomInPath(room) = try_outcome!(request.guard::<RoomInPath>().await);
        let inside = async { Ok(database(request)?.require_inside(&user.whereabouts, room).await?) };
        match inside.await {
            Ok(()) => Outcome::Success(Self { account: user.session.person.id, room }),
            Err::<_, Error>(error) => error.refuse(request),
        }
    }
}

/// Someone who is logged in, as far as memory knows; else as the database says. Enough for a poll, or for a post, whose
/// transaction asks again; it does not extend the session by itself.
pub(super) struct CachedUser(pub(super) Arc<Session>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for CachedUser {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        try_outcome!(claim_poll_store(request));
        try_outcome!(request.guard::<SameOrigin>().await);
        let remembered = || state::<Live>(request).ok()?.remembered_session(&presented_token(request)?);
        match remembered().filter(|session| page_account::is_of(request, &session.person)) {
            Some(session) => Outcome::Success(Self(session)),
            None => database_user(request).await.map(|user| Self(Arc::new(user.session.clone()))),
        }
    }
}

/// Someone in the room that the path names, as far as memory knows; else a [`Member`]. A poll asks this way.
pub(super) struct CachedMember(pub(super) RoomId);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for CachedMember {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        try_outcome!(claim_poll_store(request));
        try_outcome!(request.guard::<SameOrigin>().await);
        if let Some(RoomInPath(room)) = request.guard::<RoomInPath>().await.succeeded()
            && is_remembered_member(request, room).unwrap_or(false)
        {
            return Outcome::Success(Self(room));
        }
        request.guard::<Member>().await.map(|Member { room, .. }| Self(room))
    }
}

fn is_remembered_member(request: &Request<'_>, room: RoomId) -> Option<bool> {
    let (token, account) = presented(request)?;
    Some(state::<Live>(request).ok()?.is_remembered_member(&token, account, room))
}

/// Has the request wait among polls for all that it asks the database, also where memory knows who asks and only not
/// the answer. To be called before anything else asks.
fn claim_poll_store(request: &Request<'_>) -> request::Outcome<(), ()> {
    match database_for(request, Store::for_poll) {
        Ok(_) => Outcome::Success(()),
        Err(error) => error.refuse(request),
    }
}

/// The token hash that a request presents, and the account that its page is of, if it says so.
pub(super) fn presented(request: &Request<'_>) -> Option<(TokenHash, Option<i64>)> {
    Some((presented_token(request)?, page_account::of_script(request).ok()?))
}
