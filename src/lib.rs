//! Parlor: a chat server for a class, a club or a team.
//!
//! # The map
//!
//! Layers from top to bottom; nothing imports upward (but `StartError`, which all may name), and within a layer no two
//! modules import each other. A noun has the same name in every layer: `web/messages/` calls `store/messages/`, speaks of
//! `model/messages.rs`, and is shown by `templates/messages/`, `static/js/room/messages.js` and `static/css/messages.css`.
//!
//! | layer | what it knows |
//! |---|---|
//! | `main` | the command line, the log, the threads |
//! | this file | how the parts are put together, [`build`], and what a start and a stop are, [`serve`]; [`open_files`] raises the limit on open files; [`health`] asks a running one; `supervision` restarts tasks that panic, and a stop waits for them; `first_start` says that nobody looks after the site yet |
//! | [`inspection`] | what tests see inside a server, so that all below can be private |
//! | [`commands`] | the command line beside serving: backups, checks, exports, looking after the site |
//! | `web` | pages, forms, fragments, JSON: guards say who may call what, handlers say what is shown |
//! | [`shell`] | what the shell asks of a running Parlor, and the socket by which it does |
//! | [`export`] | a room as a file, of lines or a page |
//! | [`live`] | memory: a projection of the logs, from which polls are answered |
//! | [`store`] | the database: the only SQL |
//! | [`config`], [`logging`], [`new_file`] | the settings, the log, a file that appears whole or not at all |
//! | [`model`] | what the words mean: names, messages, positions in a log; pure |
//!
//! In the browser (`static/js`): `pages` has the entry scripts, which start what is in `room` and `list`; both use
//! `lib`, which knows of neither. What runs without a page is tested without one, in `tests/js`. `static/css/pages` has
//! the entry style sheets: that of every page, and after it one for each kind of page.
//!
//! # The two kinds of log
//!
//! A *room log* has an entry for each message of the room and for each change of one: an edit, a deletion. The *event
//! log* has one for each room that was created or deleted, each member who joined or left, each session that ended.
//! Entries are numbered 1, 2, 3 … without a gap and tagged at random ([`model::log`]). A number is taken from the log's
//! head row, under its lock, in the transaction that stores the entry; so the order of numbers is the order of commits,
//! and a reader at *n* misses nothing by asking for what follows *n*.
//!
//! # The path of a message
//!
//! 1. The composer sends `POST /api/rooms/7/messages?after=41.…` with the text and a nonce
//!    (`static/js/room/outbox.js`).
//! 2. `web/guards.rs` knows the session, from memory if it can; `web/messages/sending.rs` parses text and nonce, called by
//!    `web/messages/post.rs`. (A browser without JavaScript sends its form to `web/rooms/composer.rs`.)
//! 3. `store/messages/post.rs` puts the post into a commit queue (`store/commit_queue.rs`), unless that is full; posts
//!    that wait together become one transaction.
//! 4. `store/messages/append.rs` locks the room's row, reads session, deletion, nonce and membership, moves the head,
//!    stores the entry, commits. Only now is it acknowledged.
//! 5. The handler wakes the tail (`Live::applied` in `live/handle.rs`, `live/tail.rs`, `live/room_tail.rs`), which reads
//!    what follows its position there into memory; other instances' tails find at their next tick that something was
//!    committed, and which rooms moved.
//! 6. The author is answered with what follows 41; everybody else's next poll is answered from memory
//!    (`web/messages/poll.rs`, in the words of `web/messages/answers.rs`). A message is
//!    `{"seq","tag","author","hue","sent_at","body"}`, and, where there is more in its text than plain text, `"parts"`:
//!    the text cut into strings (plain) and objects (`{"link","text"}`, `{"code","language","text"}`, `{"quotation"}`), by
//!    `model/parts.rs`, which is the only parser of texts. `"tall": true` says that only its beginning is shown unasked.
//!    One that was edited or deleted has `"changed"` (the number of that entry), `"changed_at"` and, if deleted,
//!    `"deleted_by"`.
//! 7. `static/js/room/ledger.js` checks that the answer continues what the page has read, and
//!    `static/js/room/timeline.js` shows it.
//!
//! # Where to look
//!
//! - *A start:* `main.rs`, then [`serve`] and [`build`]: settings, files, database, cookie key, memory, routes.
//! - *What a poll is answered:* `live/reads.rs`, from `live/state.rs` and `live/room_log.rs`; else by
//!   `store/messages/read.rs`.
//! - *How large an answer or a page is:* `ANSWER_MAX` and `fill` in `model/messages.rs`; which stretch of a log a page of
//!   history is, `model/history.rs`; what a message takes in a page, `web/messages/view.rs`.
//! - *Editing and deleting a message:* who may, `Wish` in `model/changes.rs`; what is sent, `Content` in `model/posts.rs`,
//!   by the path of a message; what becomes of the message and of its earlier edits, `store/messages/changes.rs`, and of
//!   both in memory, `live/room_tail.rs`. Without JavaScript: `web/messages/by_form.rs`.
//! - *A place in a room's log* (`?at=`, `?before=`, `?from=`): `web/messages/history.rs`, `store/messages/history.rs`.
//! - *A form sent twice:* its nonce is made in `web/welcome.rs`, recognised in `store/sessions.rs` (log-in) and
//!   `store/accounts.rs` (sign-up).
//! - *Membership* (join, leave, move): `web/memberships.rs`, and `store/memberships.rs`, which also appends to the event
//!   log what other instances learn of it.
//! - *Logging in and signing up:* `web/sessions.rs` and `web/accounts.rs`, both by `web/log_in.rs`; whether the browser
//!   has kept its cookie: `web/cookie_check.rs`. What cookies are called: `web/cookies.rs`.
//! - *How long somebody waits to be let in:* `web/waiter.rs`; behind whom: `web/fair_queue.rs`, `web/fair_slots.rs`.
//! - *Whom a page was made for,* where two share a browser: `web/page_account.rs`, `web/form_sender.rs`.
//! - *One's own account* (sessions, password): `web/own_account.rs`, `store/own_sessions.rs`, `store/passwords.rs`.
//! - *What is done against attacks:* `docs/security.md`; forged requests, `web/same_origin.rs`; headers, `web/headers.rs`;
//!   other hosts, `web/host.rs`; the address of it all, `config/public_url.rs`.
//! - *Names:* the rules in `model/accounts.rs` and `model/rooms.rs`, what they are compared by in `model/names.rs`; a
//!   name that is taken: `store/names.rs`.
//! - *Passwords:* which are accepted: `model/passwords.rs`; how they are hashed: `web/passwords.rs`;
//!   waits after wrong ones: `web/guesses.rs`, `store/guesses.rs`, by the rules of `model/guesses.rs`; the browsers that do
//!   not wait: `web/known_browsers.rs`.
//! - *Who comes in:* `model/sign_up.rs` has the rules, `store/sign_up.rs` reads them where an account is made
//!   (`store/accounts.rs`), `web/invitations.rs` is the page an invitation leads to.
//! - *Admins:* the pages in `web/admin/`; what they do, and what is kept of it, in `store/admins/`: each action ends with
//!   `complete`. Links to new passwords: `web/password_reset.rs`, `store/passwords.rs`.
//! - *Who is inside, as the page shows it:* `web/people.rs`, `templates/memberships/_people`, `store/memberships.rs`.
//! - *A person's colour:* `AccountId::hue` in `model/accounts.rs`.
//! - *The list of rooms:* `web/rooms/list.rs`. That something was said in a room is followed by `live/listed.rs`: the
//!   end of its log, `room.last_at`, is written by `store/messages/append.rs`, read at each tick by `live/tail.rs` (`heads` in
//!   `store/changes.rs`), announced by `live/list_tail.rs`.
//! - *A link to a message* (`?at=`): the stretch of the log, `model/history.rs` and `store/messages/history.rs`; in the
//!   page, which is then *detached*, `static/js/room/ledger.js` and `room_sync.js`; in a text, `message_links.js` there.
//!   Through log-in and join page: `to_wanted` in `web/paths.rs`, `web/memberships.rs`.
//! - *The join page:* `web/rooms/join_page.rs`, `Store::room` in `store/rooms/mod.rs`, `templates/rooms/join`.
//! - *Edits and deletions in the page:* `static/js/room/message_menu.js`, `editing.js`; which changes it shows, `changes.js`.
//! - *Unsent words:* `static/js/lib/unsent_store.js`; those from deleted rooms, `static/js/list/`.
//! - *Sessions in memory:* `live/sessions.rs`, filled by `live/reads.rs`, emptied by `live/state.rs` (events),
//!   `live/handle.rs` (own writes), `live/tail.rs` (another history).
//! - *Locks:* `store/locks.rs`; their order: the head of `store/mod.rs`. *Retries:* `store/transactions.rs`.
//! - *Refusals:* worded in `web/refusals.rs`; other errors and `Retry-After` in `web/error.rs`; the header
//!   itself: `web/headers.rs`.
//! - *Limits* on what an account or an address may do: `web/limits/`, worded in `web/too_many.rs`; the caps on rooms and
//!   sessions in `store/rooms/` and `store/sessions.rs`.
//! - *Health and metrics:* `web/operations/`; what is measured of commits, `store/commits.rs`; of memory,
//!   `live/figures.rs`.
//! - *Backups, checks and restores of a whole database:* `store/upkeep/`, called by `commands/`; what each engine does
//!   for them: `store/engine/copies.rs`, `store/engine/integrity.rs`.
//! - *The shell* (`parlor admin`): `shell/socket.rs`, which a running Parlor listens at; what is done is in
//!   `store/admins/`, as for the page.
//! - *Searching:* what a text is cut into, `model/terms.rs`; what may be typed, and whether a text has it,
//!   `model/search.rs`, where in it, `model/search/places.rs`. The index: written by `store/search/index.rs`, asked by
//!   `store/search.rs` in the words of `store/engine/search.rs`; the page, `web/rooms/search.rs`. Rooms by name:
//!   `store/rooms/find.rs`.
//! - *A room as a file:* `export.rs`, called by `web/rooms/download.rs` and `commands/export.rs`.
//! - *What is made on threads that make way for polls:* `web/low_priority.rs`; passwords, and large answers, few of which
//!   are made at a time, `web/large_answers.rs`.
//! - *Compression:* `web/compression.rs`; of style sheets and scripts, `web/assets.rs`.
//! - *Tests:* `tests/suite/`, by what they drive: `http` has every route; that no message is missing is in
//!   `http/messages/order.rs`; `fixtures` is what they are written with (`Person::signs_up` in
//!   `fixtures/actions.rs`). Fast ones: *Develop* in the README.
//!
//! # What always holds
//!
//! - SQL stands in [`store`] and nowhere else, one text for SQLite and PostgreSQL.
//! - An idle poll runs no SQL.
//! - Memory only says *yes*. Before anyone is refused, moved or logged out for what memory knows of them, the database
//!   is asked.
//! - What allows a write is read inside its transaction, after the lock.
//! - A GET changes nothing but how long one's own session lasts. What was acknowledged is on disk.
//! - Nothing that was said or done is ordered by a clock.
//! - There is no state in a process that another instance would need.
//!
//! # Glossary
//!
//! | word | what |
//! |---|---|
//! | *entry* | an element of a log; in a room log, a message or a change |
//! | *change* | an edit or a deletion of a message: an entry that is about an earlier one; only the newest about a message has a text |
//! | *span* | the stretch of a log that a page shows, by numbers; it shows messages alone |
//! | *seq*, *tag*, *position*, *cursor* | an entry's number; a random number beside it; both; a position as a client sends it |
//! | *head*, *version* | the position of a log's newest entry; what a page names to ask whether there is anything newer |
//! | *projection* | what memory holds, worked out from the logs |
//! | *tail*, *tick* | the task that reads both kinds of log into memory; how often it looks for something new |
//! | *directory* | memory of the rooms and of who is in them |
//! | *instance*, *site* | one running Parlor of several; all that they share, and its one row in the database |
//! | *commit queue* | posts that wait together share one transaction (group commit) |
//! | *checkout* | one use of a database connection: waiting for it, and working with it |
//! | *nonce* | makes a repeated send the same message, a repeated form the same log-in |
//! | *tombstone* | what remains of a deleted room until its members were told |
//! | *member*, *owner* | is in the room; made it |
//! | *whereabouts* | which room someone is in, or was in when it was deleted |
//! | *join page* | what someone who is not in a room sees at its address |
//! | *notice* | *the room was deleted by …*, kept until it is dismissed |
//! | *known browser* | one in which an account has been logged in before: it does not wait for what others guess |
//! | *skeleton* | what a name looks like: names that cannot be told apart have the same |
//! | *hue* | the colour of a person, by the number of the account |
//! | *part* | a piece of a text as the server cut it: plain, a link, code, a quotation |
//! | *detached* | a page that does not reach to the end of the log, at the surroundings of an older message |
//! | *term* | a folded word of a text, or a sign or two of a script without spaces: what messages are found by |
//! | *outbox*, *draft* | sent and not yet acknowledged; not sent yet |
//! | *admin* | looks after the site; what admins do is kept, as actions |
//! | *bar* | keeps an account from logging in, until it is lifted |
//! | *refusal* | why the rules say no ([`model::Refusal`]); worded in `web/refusals.rs` |
//!
//! # How to add a thing
//!
//! - **A form:** its template (`templates/`, inputs on the first line; the name in `web/templates.rs`), what it sends and
//!   its handler beside the noun in `web/`, its route in the `routes()` of that file or folder. What allows it is read in the
//!   transaction, in `store/`; a new way to refuse it is a [`model::Refusal`] with words in `web/refusals.rs`. The address
//!   answers a GET by itself (`web/forms.rs`). Tests: `tests/suite/http/`, and a line in `http/every_route.rs`.
//! - **A rule of a style sheet:** in the file of its noun in `static/css`, which the entry style sheets of those kinds of
//!   page import that have the noun (`static/css/pages`): `every_page.css` if all may have it. A template links its kind's
//!   after that.
//! - **An event:** [`model::events::Event`], its word in `store/events.rs` (written and read there), what it does to
//!   memory in `live/state.rs` and `live/directory.rs`.
//! - **A kind of entry:** the table in both migrations (`store/migrations/`), `store/messages/append.rs` writes it,
//!   `store/rows.rs` reads it, [`model::changes`] makes its JSON, `static/js/room/ledger.js` and `timeline.js` take it in;
//!   what it changes of messages, `changes.js` there.
//! - **A column:** both migrations, the statements that write it, `store/rows.rs` if several read it. The tests of plans
//!   look at every statement (`tests/suite/store/plans.rs`); planted mistakes may have to be fitted
//!   (`tests/prove remake`).
//! - **A setting:** [`config::Config`], with its default and its bounds; `Rocket.toml`; the table in the README;
//!   `tests/suite/program/settings.rs`.

pub mod commands;
pub mod config;
mod export;
mod first_start;
pub mod health;
pub mod inspection;
mod live;
pub mod logging;
mod model;
mod new_file;
pub mod open_files;
mod shell;
mod store;
mod supervision;
mod web;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use rocket::config::SecretKey;
use rocket::error::ErrorKind;
use rocket::fairing::AdHoc;
use rocket::figment::Figment;
use rocket::tokio::sync::oneshot;
use rocket::{Build, Phase, Rocket, tokio};

use config::Config;
use live::{Live, Tail};
use store::Store;
use supervision::{awaited_at_shutdown, supervised};
pub use web::{BuiltIn, Sources};

/// Why Parlor could not start: a sentence for the person who runs it.
pub type StartError = Box<dyn std::error::Error + Send + Sync>;

/// Serves until it is told to stop.
///
/// # Errors
/// When the start fails. Then no file is there that was not there before.
pub async fn serve(figment: Figment, built_in: BuiltIn) -> Result<(), StartError> {
    let settings = config::framework(&figment)?;
    let address = SocketAddr::new(settings.address, settings.port);
    // Rocket listens last of all: what is in use is found before anything is made.
    TcpListener::bind(address).map_err(|error| format!("cannot listen at {address}: {error}"))?;
    let rocket = build_with(figment, built_in).await?;
    let store = rocket.state::<Store>().cloned();
    let ended = match rocket.launch().await {
        Ok(_) => Ok(()),
        Err(error) if matches!(error.kind(), ErrorKind::Shutdown(_, None)) => {
            tracing::warn!("shutdown timed out with requests in flight");
            Ok(())
        }
        Err(error) => Err(error.to_string()),
    };
    if let Some(store) = store {
        store.close().await;
    }
    ended?;
    tracing::info!("Parlor has stopped");
    Ok(())
}

/// Builds the server: opens the database, reads the projection, mounts the routes.
///
/// # Errors
/// When a setting is wrong, or the database, the templates or the assets cannot be used.
pub async fn build(figment: Figment) -> Result<Rocket<Build>, StartError> {
    build_with(figment, BuiltIn::default()).await
}

async fn build_with(figment: Figment, built_in: BuiltIn) -> Result<Rocket<Build>, StartError> {
    let config = Config::from(&figment)?;
    let (files, figment) = web::Files::read(figment, &config, built_in)?;
    let store = Store::open(&config.database_url, config.database_limits()).await?;
    store.name_admins(&config.sign_up_rules()?.admins).await?;
    let figment = with_secret_key(figment, &store).await?;
    let (live, tail) = Live::start(&store, config.memory()).await?;
    let store = store.for_requests();
    // The line that says Parlor is open comes after everything that listens.
    let rocket = shell::stage(Rocket::custom(figment), &store, &live, config.sign_up);
    let rocket = run_beside(rocket, tail, &config, &files, store.clone()).attach(first_start::announcement(
        store.clone(),
        &config.sign_up_rules()?,
        config.public_url.clone(),
    ));
    Ok(web::stage(rocket.manage(live).manage(store.clone()), files, &store, config)?)
}

/// Has the tail and the sweeper run from liftoff until shutdown.
fn run_beside(
    rocket: Rocket<Build>,
    tail: Tail,
    config: &Config,
    files: &web::Files,
    store: Store,
) -> Rocket<Build> {
    let (tick, tail) = (config.tick(), Arc::new(tail));
    let (database, clients) = (store.kind(), open_files::room_for_clients(config));
    let (templates, static_files) = files.sources();
    let transport = config.transport_notice();
    let (running, ended) = oneshot::channel::<()>();
    let start = AdHoc::on_liftoff("Tail and sweeper", move |rocket| {
        let (version, address) = (env!("CARGO_PKG_VERSION"), config::address_of(rocket.config()));
        // What is to be known at a start stands before the line that whoever starts it waits for.
        tracing::info!("{transport}");
        warn_of_open_network(rocket.config());
        tracing::info!(version, database, clients, templates, static_files, "Parlor is open at {address}");
        store.keep_new_files();
        let shutdown = rocket.shutdown();
        Box::pin(async move {
            tokio::spawn(async move {
                let stop = shutdown.clone();
                let tail = supervised("tail", move || Arc::clone(&tail).run(tick, stop.clone()));
                let sweeper =
                    supervised("sweeper", move || store::sweeper::run(store.clone(), shutdown.clone()));
                tokio::join!(tail, sweeper);
                drop(running);
            });
        })
    });
    // Whoever starts again on the same file needs to find it unlocked.
    rocket.attach(start).attach(awaited_at_shutdown("Tail and sweeper", ended))
}

/// Rocket never closes an idle connection by itself, and in Rocket 0.5 nobody else can.
fn warn_of_open_network(settings: &rocket::Config) {
    if !settings.address.is_loopback() && settings.ip_header.is_none() {
        tracing::warn!(
            "other machines can connect directly, and idle connections are not closed: fine on a network of your own; \
             on the internet put a proxy in front, as deploy/nginx.conf has it"
        );
    }
}

/// The configured key of the cookies, or else the one that was made at the first start. Rocket's own
/// defaults hold a key of zeros, which is none.
async fn with_secret_key(figment: Figment, store: &Store) -> Result<Figment, StartError> {
    let set = figment.extract_inner::<Option<SecretKey>>("secret_key")?;
    if set.is_some_and(|key| key.is_provided()) {
        return Ok(figment);
    }
    let key = store.secret_key().await?;
    Ok(figment.merge(("secret_key", key)))
}

/// Closes the database of a server that has stopped.
pub async fn close(rocket: &Rocket<impl Phase>) {
    if let Some(store) = rocket.state::<Store>() {
        store.close().await;
    }
}
