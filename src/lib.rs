//! Parlor: a chat server for a class, a club or a team.
//!
//! # The map
//!
//! Floors from top to bottom; nothing imports upward. A noun has the same name on every floor:
//! `web/messages.rs` calls `store/messages.rs`, speaks of `model/messages.rs`, and is shown by
//! `templates/messages/`, `static/js/messages.js` and `static/css/messages.css`.
//!
//! | floor | what it knows |
//! |---|---|
//! | `main` | starting and the log |
//! | this file | how the house is put together: [`build`] |
//! | `web` | pages, forms, fragments, JSON: guards say who may call what, handlers say what is shown |
//! | [`live`] | memory: a projection of the logs, from which polls are answered |
//! | [`store`] | the database: the only SQL |
//! | [`model`] | what the words mean: names, messages, places in a log; pure |
//! | [`config`] | the settings |
//!
//! # The two kinds of log
//!
//! A room's log holds its messages; the house log holds who came, went, opened, deleted, and whose session
//! ended. Entries are numbered 1, 2, 3 … without a gap and tagged at random ([`model::log`]). A number is
//! taken from the log's head row, under its lock, in the transaction that stores the entry; so the order of
//! numbers is the order of commits, and a reader at *n* misses nothing by asking for what follows *n*.
//!
//! # The walk of a message
//!
//! 1. The composer sends `POST /api/rooms/7/messages?after=41.…` with the text and a nonce
//!    (`static/js/outbox.js`).
//! 2. `web/guards.rs` knows the session, from memory if it can; `web/messages.rs` parses text and nonce.
//! 3. `store/lanes.rs` puts the post in line; those that wait together become one transaction.
//! 4. `store/posts.rs` locks the room's row, reads session, deletion, nonce and membership, moves the head,
//!    stores the message, commits. Only now is it acknowledged.
//! 5. The bell rings, and the tail (`live/tail.rs`) reads what follows its positions into memory.
//! 6. The author is answered with what follows 41; everybody else's next poll is answered from memory.
//! 7. `static/js/log.js` checks that the answer continues what the page shows, and appends it.
//!
//! # What always holds
//!
//! - SQL stands in [`store`] and nowhere else, one text for SQLite and PostgreSQL.
//! - An idle poll runs no SQL.
//! - Memory only says *yes*. Before anyone is refused, moved or logged out, the database is asked.
//! - What allows a write is read inside its transaction, after the lock.
//! - A GET changes nothing. A deed that is answered is on disk.
//! - Nothing is ordered by a clock.
//! - There is no state in a process that another instance would need.

pub mod config;
pub mod live;
pub mod model;
pub mod store;
mod web;

use rocket::fairing::AdHoc;
use rocket::figment::Figment;
use rocket::{Build, Ignite, Rocket};
use rocket_dyn_templates::Template;

use config::Config;
use live::Live;
use store::Store;
use web::{Assets, Passwords};

pub use config::figment;

/// Why Parlor could not start: a sentence for the person who runs it.
#[derive(Debug)]
pub struct StartError(String);

impl std::fmt::Display for StartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}

/// Builds the server: opens the database, reads the projection, mounts the house.
///
/// # Errors
/// When a setting is wrong, or the database, the templates or the assets cannot be used.
pub async fn build(figment: Figment) -> Result<Rocket<Build>, StartError> {
    let config = Config::from(&figment).map_err(StartError)?;
    let store = Store::open(&config.database_url, config.database_connections)
        .await
        .map_err(|error| StartError(error.to_string()))?;
    let figment = with_secret_key(figment, &store).await?;
    let (live, tail) = Live::start(&store).await.map_err(|error| StartError(error.to_string()))?;
    let folder = config.static_dir.relative();
    let assets = Assets::read(folder.clone())
        .map_err(|error| StartError(format!("static_dir {}: {error}", folder.display())))?;
    let names = web::template_names(&figment)
        .map_err(|error| StartError(format!("template_dir cannot be read: {error}")))?;
    let assets_url = assets.url();
    let tick = config.tick();
    let sweeping = store.clone();
    let rocket = Rocket::custom(figment)
        .attach(Template::try_custom(move |engines| web::prepare(engines, assets_url.clone(), &names)))
        .attach(AdHoc::on_liftoff("Tail and sweeper", move |rocket| {
            let shutdown = rocket.shutdown();
            let (address, port) = (rocket.config().address, rocket.config().port);
            log::info!("Parlor is open at http://{}", std::net::SocketAddr::new(address, port));
            Box::pin(async move {
                rocket::tokio::spawn(async move {
                    rocket::tokio::select! {
                        () = shutdown => {}
                        () = tail.run(tick) => {}
                        () = store::sweeper::run(sweeping) => {}
                    }
                });
            })
        }))
        .manage(Passwords::new())
        .manage(assets)
        .manage(config)
        .manage(live)
        .manage(store);
    Ok(web::stage(rocket))
}

/// The configured key of the cookies, or else the one that was made at the first start.
async fn with_secret_key(figment: Figment, store: &Store) -> Result<Figment, StartError> {
    if figment.contains("secret_key") {
        return Ok(figment);
    }
    let key = store.secret_key().await.map_err(|error| StartError(error.to_string()))?;
    Ok(figment.join(("secret_key", key)))
}

/// Closes the database of a server that has stopped.
pub async fn close(rocket: &Rocket<Ignite>) {
    if let Some(store) = rocket.state::<Store>() {
        store.close().await;
    }
}
