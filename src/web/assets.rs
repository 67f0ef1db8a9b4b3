//! Style sheets, scripts and the mark, under an address that changes with their content.
//!
//! A browser may keep them for ever: another content has another address. Scripts import each other
//! relatively and so stay within one version.

use std::io;
use std::path::{Path, PathBuf};

use rocket::fs::NamedFile;
use rocket::http::Header;
use rocket::{Responder, Route, State, get, routes};
use sha2::{Digest, Sha256};

/// The folder of assets as it was at the start.
pub(super) struct Assets {
    folder: PathBuf,
    version: String,
}

impl Assets {
    /// Reads all files below `folder` once, to name their version.
    ///
    /// # Errors
    /// When the folder or a file in it cannot be read.
    pub(super) fn read(folder: PathBuf) -> Result<Self, String> {
        let version =
            version(&folder).map_err(|error| format!("static_dir {}: {error}", folder.display()))?;
        Ok(Self { folder, version })
    }

    /// The address that stands before a file's path.
    pub(super) fn url(&self) -> String {
        format!("/static/{}", self.version)
    }
}

/// A short hash of all files below `folder`, with their names.
fn version(folder: &Path) -> io::Result<String> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    files.sort();
    let mut digest = Sha256::new();
    for file in files {
        let name = file.strip_prefix(folder).unwrap_or(&file);
        digest.update(name.to_string_lossy().as_bytes());
        digest.update(std::fs::read(&file)?);
    }
    Ok(digest.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { collect(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

#[derive(Responder)]
struct Asset {
    file: NamedFile,
    caching: Header<'static>,
}

/// Another version is asked for while instances of two versions run side by side: it gets what there
/// is, but must not keep it.
#[get("/static/<version>/<path..>")]
async fn show(version: &str, path: PathBuf, assets: &State<Assets>) -> Option<Asset> {
    let caching = if version == assets.version { "public, max-age=31536000, immutable" } else { "no-store" };
    let file = NamedFile::open(assets.folder.join(path)).await.ok()?;
    if !file.metadata().await.ok()?.is_file() {
        return None;
    }
    Some(Asset { file, caching: Header::new("Cache-Control", caching) })
}

pub(super) fn routes() -> Vec<Route> {
    routes![show]
}
