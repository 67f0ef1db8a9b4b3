//! Sending into a room, by JSON or by form: messages, edits and deletions go one way.

use rocket::outcome::{Outcome, try_outcome};
use rocket::request::{self, FromRequest};
use rocket::{Request, State};

use crate::live::Live;
use crate::model::Invalid;
use crate::model::messages::Body;
use crate::model::nonces::Nonce;
use crate::model::posts::{Content, Post, Posted};
use crate::model::rooms::RoomId;
use crate::model::sessions::Session;
use crate::store::Store;
use crate::web::error::Error;
use crate::web::guards::extend;
use crate::web::limits::Allowance;

/// What is sent, once it is known to be well-formed.
pub(crate) struct Sent {
    content: Content,
    nonce: Nonce,
    about_sent_at: Option<String>,
}

impl Sent {
    fn new(nonce: &str, content: Content) -> Result<Self, Invalid> {
        Ok(Self { nonce: Nonce::parse(nonce)?, content, about_sent_at: None })
    }

    /// # Errors
    /// When the text or the nonce is none.
    pub(crate) fn message(body: &str, nonce: &str) -> Result<Self, Invalid> {
        Self::new(nonce, Content::Message(Body::parse(body)?))
    }

    /// Another text for message `about`.
    ///
    /// # Errors
    /// When the text or the nonce is none.
    pub(super) fn edit(about: i64, body: &str, nonce: &str) -> Result<Self, Invalid> {
        Self::new(nonce, Content::Edit { about, body: Body::parse(body)? })
    }

    /// That message `about` be deleted.
    ///
    /// # Errors
    /// When the nonce is none.
    pub(super) fn deletion(about: i64, nonce: &str) -> Result<Self, Invalid> {
        Self::new(nonce, Content::Delete { about })
    }

    /// A change of the message that was sent then, if an instant is named.
    pub(super) fn about_sent_at(self, about_sent_at: Option<String>) -> Self {
        Self { about_sent_at, ..self }
    }
}

/// In the signature of a handler: that it sends, within the limit on posts.
pub(crate) struct Sending<'r> {
    allowance: Allowance<'r>,
    pub(crate) store: &'r Store,
    pub(super) live: &'r Live,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Sending<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        let allowance = try_outcome!(request.guard::<Allowance<'r>>().await);
        let store = try_outcome!(request.guard::<&'r Store>().await);
        let live = try_outcome!(request.guard::<&State<Live>>().await);
        Outcome::Success(Self { allowance, store, live })
    }
}

impl Sending<'_> {
    /// Appends to the log of `room` what the person of `session` has sent.
    ///
    /// # Errors
    /// As [`Store::post`], and when the limit is reached.
    pub(crate) async fn send(&self, session: &Session, room: RoomId, sent: Sent) -> Result<Posted, Error> {
        let Sent { content, nonce, about_sent_at } = sent;
        self.allowance.post(session.person.id)?;
        let post = Post { token: session.token, room, nonce, content, about_sent_at };
        let committed = self.store.post(post).await?;
        extend(self.store, self.live, session).await;
        Ok(self.live.applied(committed).await)
    }
}
