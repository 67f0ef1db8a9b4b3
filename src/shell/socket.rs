//! The Unix socket beside a database of SQLite: a line of JSON asks, a line of JSON answers.
//!
//! Only the user who runs Parlor, and root, can connect: the socket's mode says so, from before it has its name.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::time::timeout;

use super::carry_out::carry_out;
use super::request::{Answer, Request};
use crate::live::Live;
use crate::model::sign_up::SignUp;
use crate::store::Store;

/// The most bytes of a request.
const REQUEST_MAX: u64 = 64 * 1024;
/// How long one who has connected may take to say what is wanted.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// How long one who asks waits for the answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
/// How long to rest when nobody can be let in, for want of open files say.
const ACCEPT_DELAY: Duration = Duration::from_millis(200);

/// A socket that is listened at, and removed when it is dropped: while the lock of the database is held, or another
/// Parlor may have put its own there.
pub(crate) struct Socket {
    listener: UnixListener,
    path: PathBuf,
}

impl Socket {
    /// Where that of a database is.
    pub(crate) fn path_beside(database: &Path) -> PathBuf {
        database.with_added_extension("sock")
    }

    /// Listens beside this database, whose lock must be held. What another Parlor has left there is replaced.
    ///
    /// # Errors
    /// When that cannot be written, or the path is longer than those of sockets may be.
    pub(crate) fn beside(database: &Path) -> io::Result<Self> {
        let path = Self::path_beside(&std::path::absolute(database)?);
        let folder = path.parent().unwrap_or(Path::new("/"));
        // In a folder that nobody else may enter, so that nobody connects before the mode is set.
        let owner_alone = Permissions::from_mode(0o700);
        let private = tempfile::Builder::new().prefix(".p").permissions(owner_alone).tempdir_in(folder)?;
        let unnamed = private.path().join("s");
        let listener = UnixListener::bind(&unnamed)?;
        fs::set_permissions(&unnamed, Permissions::from_mode(0o600))?;
        fs::rename(&unnamed, &path)?;
        Ok(Self { listener, path })
    }

    /// Answers, one after the other, until it is dropped.
    pub(crate) async fn serve(&self, store: &Store, live: &Live, set: Option<SignUp>) {
        loop {
            match self.listener.accept().await {
                Ok((stream, _)) => {
                    if let Err(error) = answer(stream, store, live, set).await {
                        tracing::warn!("a command of the shell was not answered: {error}");
                    }
                }
                Err(error) => {
                    tracing::warn!("commands of the shell cannot be taken: {error}");
                    tokio::time::sleep(ACCEPT_DELAY).await;
                }
            }
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

async fn answer(stream: UnixStream, store: &Store, live: &Live, set: Option<SignUp>) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    timeout(REQUEST_TIMEOUT, (&mut stream).take(REQUEST_MAX).read_line(&mut line)).await??;
    let answer = match serde_json::from_str::<Request>(&line) {
        Ok(request) => {
            let command = request.word();
            let answer = carry_out(request, store, Some(live), set).await;
            let outcome = if matches!(answer, Answer::Refused(_)) { "refused" } else { "done" };
            tracing::info!(command, outcome, "asked by the shell");
            answer
        }
        Err(error) => Answer::Refused(format!("this Parlor is of another version: {error}")),
    };
    let line = serde_json::to_string(&answer)? + "\n";
    timeout(REQUEST_TIMEOUT, stream.write_all(line.as_bytes())).await?
}

/// Asks the Parlor that listens at `path`; nothing if none does.
///
/// # Errors
/// When one does, and does not answer in time.
pub(crate) async fn ask(path: &Path, request: &Request) -> io::Result<Option<Answer>> {
    let stream = match UnixStream::connect(path).await {
        Ok(stream) => stream,
        Err(error) if is_nobody(error.kind()) => return Ok(None),
        Err(error) => return Err(error),
    };
    timeout(ANSWER_TIMEOUT, exchange(stream, request)).await?.map(Some)
}

/// What listened there was killed, or nothing ever did: at a path that is too long for a socket nothing can.
fn is_nobody(error: io::ErrorKind) -> bool {
    use io::ErrorKind::{ConnectionRefused, InvalidInput, NotFound};
    matches!(error, NotFound | ConnectionRefused | InvalidInput)
}

async fn exchange(stream: UnixStream, request: &Request) -> io::Result<Answer> {
    let mut stream = BufReader::new(stream);
    let line = serde_json::to_string(request)? + "\n";
    stream.write_all(line.as_bytes()).await?;
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    Ok(serde_json::from_str(&line)?)
}
