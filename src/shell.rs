//! What whoever runs the program asks of the site from the shell: `parlor admin …`.
//!
//! A [`Request`] is carried out by the Parlor that serves, which holds the database of SQLite: it listens at a
//! [`socket`] beside that. Where none does, the command carries it out itself. Both ways it is written down as done by
//! the shell.

mod carry_out;
mod lists;
pub(crate) mod socket;

use std::path::Path;
use std::time::Duration;

use rocket::fairing::AdHoc;
use rocket::tokio::{self, sync::oneshot};
use rocket::{Build, Rocket};
use serde::{Deserialize, Serialize};

use crate::live::Live;
use crate::store::Store;
use socket::Socket;

pub(crate) use carry_out::{carry_out, find_room};

/// What can be asked.
#[derive(Clone, Debug, clap::Subcommand, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Request {
    /// List people
    People {
        /// Only those whose names begin like this
        #[arg(default_value = "")]
        beginning: String,
    },
    /// List open rooms
    Rooms {
        /// Only those whose names begin like this
        #[arg(default_value = "")]
        beginning: String,
    },
    /// Log somebody out everywhere, and let them in no more
    Bar {
        /// Their name
        person: String,
    },
    /// Let somebody who is barred in again
    Unbar {
        /// Their name
        person: String,
    },
    /// Delete a room and all its messages
    DeleteRoom {
        /// Its number, or its name
        room: String,
    },
    /// Make a link with which somebody chooses a new password, once
    PasswordLink {
        /// Their name
        person: String,
    },
    /// Make somebody an admin
    MakeAdmin {
        /// Their name
        person: String,
    },
    /// Make an admin an ordinary person again
    RemoveAdmin {
        /// Their name
        person: String,
    },
    /// Log somebody out everywhere
    EndSessions {
        /// Their name
        person: String,
    },
    /// Make a link with which people create accounts
    Invite {
        /// How many
        #[arg(default_value = "1")]
        people: String,
    },
    /// Say who may create an account
    SignUp {
        /// Everybody, whoever is invited, or nobody
        #[arg(value_parser = ["open", "invited", "closed"])]
        who: String,
    },
    /// Show what admins did, the latest first
    Log {
        /// Only what came before this number
        #[arg(long, value_name = "NUMBER")]
        before: Option<i64>,
    },
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Answer {
    /// It was done; lines to show.
    Done(Vec<String>),
    /// A link was made, and leads to this path on the site; what it is good for.
    Link { path: String, about: String },
    /// It was not done; why.
    Refused(String),
}

/// Has a Parlor on SQLite listen to the shell, from liftoff until shutdown.
pub(crate) fn stage(rocket: Rocket<Build>, store: &Store, live: &Live) -> Rocket<Build> {
    let Some(database) = store.file().map(Path::to_owned) else { return rocket };
    let (store, live) = (store.clone(), live.clone());
    let (running, ended) = oneshot::channel::<()>();
    let start = AdHoc::on_liftoff("Shell", move |rocket| {
        let stop = rocket.shutdown();
        Box::pin(async move {
            let socket = match Socket::beside(&database) {
                Ok(socket) => socket,
                Err(error) => {
                    let socket = Socket::path_beside(&database);
                    tracing::warn!(
                        "cannot listen at {}, so parlor admin is of no use: {error}",
                        socket.display()
                    );
                    return;
                }
            };
            tokio::spawn(async move {
                tokio::select! {
                    () = socket.serve(&store, &live) => {}
                    () = stop => {}
                }
                drop((socket, running));
            });
        })
    });
    // While the database is locked: afterwards another Parlor may have put its own there.
    let end = AdHoc::on_shutdown("Shell", move |rocket| {
        let grace = Duration::from_secs(rocket.config().shutdown.grace.into());
        Box::pin(async move {
            let _ = tokio::time::timeout(grace, ended).await;
        })
    });
    rocket.attach(start).attach(end)
}
