//! What whoever runs the program asks of the site from the shell: `parlor admin …`.
//!
//! A [`Request`] is carried out by the Parlor that serves, which holds the database of SQLite: it listens at a
//! [`socket`] beside that. Where none does, the command carries it out itself. Both ways it is written down as done by
//! the shell.

mod carry_out;
mod lists;
mod request;
pub(crate) mod socket;

use std::path::Path;

use rocket::fairing::AdHoc;
use rocket::tokio::{self, sync::oneshot};
use rocket::{Build, Rocket};

use crate::live::Live;
use crate::model::sign_up::SignUp;
use crate::store::Store;
use crate::supervision::awaited_at_shutdown;
use socket::Socket;

pub(crate) use carry_out::{carry_out, find_room};
pub(crate) use request::Answer;
pub use request::Request;

/// Has a Parlor on SQLite listen to the shell, from liftoff until shutdown; `set` is what the settings say of sign-up.
pub(crate) fn stage(rocket: Rocket<Build>, store: &Store, live: &Live, set: Option<SignUp>) -> Rocket<Build> {
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
                        "cannot listen at {}, so `parlor admin` cannot reach this server: {error}",
                        socket.display()
                    );
                    return;
                }
            };
            tokio::spawn(async move {
                tokio::select! {
                    () = socket.serve(&store, &live, set) => {}
                    () = stop => {}
                }
                drop((socket, running));
            });
        })
    });
    // While the database is locked: afterwards another Parlor may have put its own there.
    rocket.attach(start).attach(awaited_at_shutdown("Shell", ended))
}
