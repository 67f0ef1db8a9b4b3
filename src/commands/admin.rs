//! `parlor admin …`.

use std::io;
use std::process::ExitCode;

use rocket::figment::Figment;

use super::say;
use crate::config::Config;
use crate::shell::socket::{Socket, ask};
use crate::shell::{Answer, Request, carry_out};
use crate::store::{Store, upkeep};
use crate::{StartError, config};

/// Its arguments.
#[derive(clap::Args)]
pub struct Admin {
    #[command(subcommand)]
    request: Request,
}

impl Admin {
    pub(super) async fn run(self, url: &str, figment: &Figment) -> Result<ExitCode, StartError> {
        let lines = match self.answer(url, figment).await? {
            Answer::Done(lines) => lines,
            Answer::Link { path, about } => match config::public_url(figment) {
                Some(site) => vec![format!("{about}:"), format!("{}{path}", site.origin())],
                None => vec![format!("{about}; after the address of your site:"), path],
            },
            Answer::Refused(reason) => return Err(reason.into()),
        };
        for line in lines {
            say(&line)?;
        }
        Ok(ExitCode::SUCCESS)
    }

    /// By the Parlor that serves, or else by ourselves: on PostgreSQL others learn of it by the event log.
    async fn answer(self, url: &str, figment: &Figment) -> Result<Answer, StartError> {
        if let Some(database) = upkeep::file_of(url)? {
            let socket = Socket::path_beside(&database);
            let asked = ask(&socket, &self.request).await;
            let advice = |error: io::Error| match error.kind() {
                io::ErrorKind::PermissionDenied => "only the user who runs Parlor may ask it".to_owned(),
                _ => format!("the Parlor at {} does not answer: {error}", socket.display()),
            };
            if let Some(answer) = asked.map_err(advice)? {
                return Ok(answer);
            }
        }
        upkeep::require(url).await?;
        let store = Store::open(url, Config::default().database_limits()).await?;
        let answer = carry_out(self.request, &store, None, config::sign_up(figment)).await;
        store.close().await;
        Ok(answer)
    }
}
