//! A disk of one's own, that fills up or whose power goes. Both need root.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A mounted file system.
#[derive(Debug)]
pub struct Disk {
    home: TempDir,
    /// What it is made of, and how often its power has gone.
    cuts: u32,
}

impl Disk {
    /// One in memory, of so many mebibytes.
    pub fn in_memory(mebibytes: u32) -> Self {
        let disk = Self::new();
        disk.mount(&["-t", "tmpfs", "-o", &format!("size={mebibytes}m"), "tmpfs"]);
        disk
    }

    /// One with a journal, in a file.
    ///
    /// Its journal is written when somebody asks for it (`fsync`), and not by itself every five seconds.
    pub fn in_a_file(mebibytes: u64) -> Self {
        let disk = Self::new();
        let image = fs::File::create(disk.image()).expect("an image");
        image.set_len(mebibytes << 20).expect("an image of this size");
        run("mkfs.ext4", &["-q", "-F", "-E", "lazy_itable_init=1,nodiscard", &text(&disk.image())]);
        disk.mount_image();
        disk
    }

    fn new() -> Self {
        let home = tempfile::tempdir().expect("a temporary directory");
        let disk = Self { home, cuts: 0 };
        fs::create_dir(disk.path()).expect("a directory");
        open_to_all(disk.home.path());
        disk
    }

    /// Where it is mounted.
    pub fn path(&self) -> PathBuf {
        self.home.path().join("disk")
    }

    fn image(&self) -> PathBuf {
        self.home.path().join(format!("image.{}", self.cuts))
    }

    /// The power goes, now, for whoever writes to it: nothing of what is on its way is written any more, and the
    /// disk is as it would be found afterwards. `writers_die` ends the writers, who stand still already.
    pub fn loses_power(&mut self, writers_die: impl FnOnce()) {
        let before = self.image();
        self.cuts += 1;
        // What has been written to the disk is in the image; what waits in memory to be written is not.
        run("cp", &["--sparse=always", &text(&before), &text(&self.image())]);
        writers_die();
        self.unmount();
        fs::remove_file(before).expect("to remove the old image");
        self.mount_image();
    }

    /// Leaves no room for a single byte more.
    pub fn fill(&self) {
        let mut filler = fs::File::create(self.path().join("filler")).expect("a file");
        for size in [1 << 20, 1 << 12, 1] {
            let block = vec![0; size];
            loop {
                match filler.write(&block) {
                    Ok(_) => {}
                    Err(error) if error.kind() == ErrorKind::StorageFull => break,
                    Err(error) => panic!("the disk cannot be filled: {error}"),
                }
            }
        }
    }

    pub fn make_room(&self) {
        fs::remove_file(self.path().join("filler")).expect("a full disk");
    }

    fn mount_image(&self) {
        self.mount(&["-o", "loop,commit=3600", &text(&self.image())]);
    }

    fn mount(&self, what: &[&str]) {
        let (what, place) = (what.to_vec(), text(&self.path()));
        run("mount", &[what, vec![place.as_str()]].concat());
        open_to_all(&self.path());
    }

    fn unmount(&self) {
        run("umount", &[&text(&self.path())]);
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Whatever else has failed, this is not to hide it.
        let _ = Command::new("umount").arg("--lazy").arg(self.path()).status();
    }
}

/// PostgreSQL is another user.
fn open_to_all(directory: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(directory, fs::Permissions::from_mode(0o755)).expect("a directory of ours");
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    let advice = "a disk of one's own needs root, and loop devices";
    assert!(output.status.success(), "{program} {}: {said} ({advice})", arguments.join(" "));
}
