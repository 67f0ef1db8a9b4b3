//! Style sheets, scripts and the mark, under an address that changes with their content.
//!
//! They are read once, at the start, so that what stands under an address never changes and a browser may
//! keep it for ever. A script or a style sheet is served together with all that it imports.

use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};

use rocket::http::{ContentType, Header};
use rocket::{Responder, Route, State, get, routes};
use sha2::{Digest, Sha256};

use super::imports::{Files, joined};

/// The files below one folder, as they were at the start.
pub(super) struct Assets {
    files: Files,
    version: String,
}

impl Assets {
    /// Reads all files below `folder`.
    ///
    /// # Errors
    /// When the folder or a file in it cannot be read, or imports what is not there.
    pub(super) fn read(folder: &Path) -> Result<Self, String> {
        let named = |error: &dyn Display| format!("static_dir {}: {error}", folder.display());
        let mut sources = Files::new();
        collect(folder, folder, &mut sources).map_err(|error| named(&error))?;
        let join = |path: &PathBuf| joined(&sources, path).map(|content| (path.clone(), content));
        let files = sources.keys().map(join).collect::<Result<Files, _>>().map_err(|error| named(&error))?;
        let version = version(&files);
        Ok(Self { files, version })
    }

    /// Whether there is such a file.
    pub(super) fn has(&self, path: &str) -> bool {
        self.files.contains_key(Path::new(path))
    }

    /// The address that stands before a file's path.
    pub(super) fn url(&self) -> String {
        format!("/static/{}", self.version)
    }
}

fn collect(root: &Path, folder: &Path, files: &mut Files) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if let Ok(inside) = path.strip_prefix(root) {
            files.insert(inside.to_owned(), std::fs::read(&path)?);
        }
    }
    Ok(())
}

/// A short hash of the files and their names.
fn version(files: &Files) -> String {
    let mut digest = Sha256::new();
    for (path, content) in files {
        digest.update(path.to_string_lossy().as_bytes());
        digest.update(content);
    }
    digest.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

#[derive(Responder)]
struct Asset<'a> {
    content: (ContentType, &'a [u8]),
    caching: Header<'static>,
}

/// Another version is asked for while instances of two versions run side by side: it gets what there
/// is, but must not keep it.
#[get("/static/<version>/<path..>")]
fn show<'a>(version: &str, path: PathBuf, assets: &'a State<Assets>) -> Option<Asset<'a>> {
    let content = assets.files.get(&path)?;
    let extension = path.extension().and_then(|extension| extension.to_str());
    let kind = extension.and_then(ContentType::from_extension).unwrap_or(ContentType::Binary);
    let caching = if version == assets.version { "public, max-age=31536000, immutable" } else { "no-store" };
    Some(Asset { content: (kind, content), caching: Header::new("Cache-Control", caching) })
}

pub(super) fn routes() -> Vec<Route> {
    routes![show]
}
