//! `parlor export`.

use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::progress::Bar;
use super::say;
use crate::StartError;
use crate::export::{self, Format};
use crate::model::Refusal;
use crate::model::rooms::Room;
use crate::new_file::NewFile;
use crate::shell::find_room;
use crate::store::{Error, Store};

/// Its arguments.
#[derive(clap::Args)]
pub struct Export {
    /// The room: its number, as its address has it, or its name; '#2' is number 2 even where a room is named 2
    room: String,
    /// A new file; standard output, if none
    file: Option<PathBuf>,
    /// Write a page to read, instead of lines of JSON
    #[arg(long)]
    html: bool,
}

impl Export {
    pub(super) async fn run(self, url: &str) -> Result<ExitCode, StartError> {
        let store = Store::beside(url).await?;
        let exported = self.from(&store).await;
        store.close().await;
        exported
    }

    async fn from(self, store: &Store) -> Result<ExitCode, StartError> {
        let room = self.room(store).await?;
        let format = if self.html { Format::Html } else { Format::JsonLines };
        let name = room.room.name.clone();
        let mut export = export::Export::new(store.clone(), room, format)?;
        match &self.file {
            None => to_stdout(&mut export).await?,
            Some(path) => {
                to_file(&mut export, path).await?;
                say(&format!("“{name}” is in {}; entries read: {}", path.display(), export.total()))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    /// The open room that was asked for.
    async fn room(&self, store: &Store) -> Result<Room, StartError> {
        let found = match find_room(store, &self.room).await {
            Ok(Ok(id)) => store.room(id).await,
            Ok(Err(ambiguous)) => return Err(ambiguous.into()),
            Err(error) => Err(error),
        };
        match found {
            Err(Error::Refused(Refusal::NoSuchRoom | Refusal::RoomDeleted { .. })) => {
                Err(format!("there is no open room “{}”", self.room).into())
            }
            found => Ok(found?),
        }
    }
}

/// Whoever reads it may stop when they have seen enough.
async fn to_stdout(export: &mut export::Export) -> Result<(), StartError> {
    let mut out = io::stdout().lock();
    while let Some(text) = export.next().await? {
        match out.write_all(text.as_bytes()) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => break,
            written => written?,
        }
    }
    Ok(())
}

async fn to_file(export: &mut export::Export, path: &Path) -> Result<(), StartError> {
    let cannot_write = |error: io::Error| format!("cannot write {}: {error}", path.display());
    let mut file = NewFile::at(path).map_err(cannot_write)?;
    let bar = Bar::new("exporting");
    let number = |count: i64| u64::try_from(count).unwrap_or(0);
    while let Some(text) = export.next().await? {
        file.write_all(text.as_bytes()).map_err(cannot_write)?;
        bar.show(number(export.done()), number(export.total()));
    }
    Ok(file.keep().map_err(cannot_write)?)
}
