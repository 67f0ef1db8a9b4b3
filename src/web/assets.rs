//! Static files: style sheets, scripts and the mark, under an address that changes with their content.
//!
//! They are read at the start, from a folder or from the program itself, so that the content of an address never changes
//! and a browser may cache it for ever. A script or a style sheet is served together with all that it imports, compressed
//! to whoever accepts that. A debug build reads them again when one was changed, as Rocket does with templates: whoever
//! works on them only reloads the page.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use parking_lot::Mutex;
use rocket::http::ContentType;
use rocket::response::{self, Responder};
use rocket::{Request, Route, State, get, routes};
use sha2::{Digest, Sha256};

use super::bundle::bundle;
use super::compression::{AcceptsGzip, smallest};
use super::folder::{Folder, Sources};

/// The files below one folder.
pub(super) struct Assets {
    folder: Folder,
    current: Mutex<Current>,
}

struct Current {
    served: Arc<Served>,
    stamps: Vec<FileStamp>,
}

impl Assets {
    /// Reads all files in `folder`.
    ///
    /// # Errors
    /// When the folder or a file in it cannot be read, or imports what is not there.
    pub(super) fn read(folder: Folder) -> Result<Self, String> {
        let (served, stamps) = read(&folder);
        let current = Mutex::new(Current { served: Arc::new(served?), stamps });
        Ok(Self { folder, current })
    }

    /// Where they come from.
    pub(super) fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Whether there is such a file.
    pub(super) fn has(&self, path: &str) -> bool {
        self.current().files.contains_key(Path::new(path))
    }

    /// The address of a file.
    pub(super) fn url(&self, path: &str) -> String {
        format!("/static/{}/{path}", self.current().version)
    }

    fn current(&self) -> Arc<Served> {
        let mut current = self.current.lock();
        if cfg!(debug_assertions) && current.stamps.iter().any(FileStamp::is_outdated) {
            current.reload(&self.folder);
        }
        Arc::clone(&current.served)
    }
}

impl Current {
    /// What is broken is not served, and not read again before the next change.
    fn reload(&mut self, folder: &Folder) {
        let (served, stamps) = read(folder);
        self.stamps = stamps;
        match served {
            Ok(served) => self.served = Arc::new(served),
            Err(error) => tracing::warn!(
                "an edited static file has an error, so the last good version is served: {error}"
            ),
        }
    }
}

/// The files as they are sent.
struct Served {
    files: BTreeMap<PathBuf, File>,
    version: String,
}

struct File {
    plain: Arc<[u8]>,
    gzip: Option<Arc<[u8]>>,
}

impl From<Vec<u8>> for File {
    fn from(plain: Vec<u8>) -> Self {
        Self { gzip: smallest(&plain).map(Arc::from), plain: plain.into() }
    }
}

impl Served {
    fn from(sources: &Sources) -> Result<Self, String> {
        let join = |path: &PathBuf| bundle(sources, path).map(|content| (path.clone(), content.into()));
        let files = sources.keys().map(join).collect::<Result<_, _>>()?;
        let version = version(&files);
        Ok(Self { files, version })
    }
}

/// When a file or a folder was changed last, as it was when it was read.
struct FileStamp {
    path: PathBuf,
    change: Option<(SystemTime, u64)>,
}

impl FileStamp {
    fn of(path: &Path) -> Self {
        Self { path: path.to_owned(), change: last_change(path) }
    }

    fn is_outdated(&self) -> bool {
        last_change(&self.path) != self.change
    }
}

/// The time, and the size: two changes within one tick of the file system's clock have the same time.
fn last_change(path: &Path) -> Option<(SystemTime, u64)> {
    let change = |found: Metadata| Some((found.modified().ok()?, found.len()));
    fs::metadata(path).ok().and_then(change)
}

/// The files in a folder, and the stamps of all that was read.
fn read(folder: &Folder) -> (Result<Served, String>, Vec<FileStamp>) {
    let mut stamps = Vec::new();
    let served = folder
        .read(|path| stamps.push(FileStamp::of(path)))
        .map_err(|error| error.to_string())
        .and_then(|sources| Served::from(&sources))
        .map_err(|error| format!("static_dir {folder}: {error}"));
    (served, stamps)
}

/// A short hash of the files and their names.
fn version(files: &BTreeMap<PathBuf, File>) -> String {
    let mut digest = Sha256::new();
    for (path, file) in files {
        digest.update(path.to_string_lossy().as_bytes());
        digest.update(&file.plain);
    }
    hex::encode(&digest.finalize()[..6])
}

struct Asset {
    content: (ContentType, Arc<[u8]>),
    is_compressed: bool,
    caching: &'static str,
}

impl<'r> Responder<'r, 'static> for Asset {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let mut response = self.content.respond_to(request)?;
        response.set_raw_header("Cache-Control", self.caching);
        response.set_raw_header("Vary", "Accept-Encoding");
        if self.is_compressed {
            response.set_raw_header("Content-Encoding", "gzip");
        }
        Ok(response)
    }
}

/// Another version is asked for while instances of two versions run side by side: it gets what there
/// is, but must not keep it.
#[get("/static/<version>/<path..>")]
fn show(version: &str, path: PathBuf, accepts: AcceptsGzip, assets: &State<Arc<Assets>>) -> Option<Asset> {
    let served = assets.current();
    let file = served.files.get(&path)?;
    let gzip = file.gzip.as_ref().filter(|_| accepts.0);
    let extension = path.extension().and_then(|extension| extension.to_str());
    let kind = extension.and_then(ContentType::from_extension).unwrap_or(ContentType::Binary);
    let caching = if version == served.version { "public, max-age=31536000, immutable" } else { "no-store" };
    let content = Arc::clone(gzip.unwrap_or(&file.plain));
    Some(Asset { content: (kind, content), is_compressed: gzip.is_some(), caching })
}

pub(super) fn routes() -> Vec<Route> {
    routes![show]
}
