//! A clock that is wrong.

/// The environment of a program that is shown another time, `+2h` say, by libfaketime. Its monotonic clock stays
/// true, as on a machine whose clock is wrong.
pub fn wrong_clock(offset: &str) -> [(String, String); 3] {
    [("LD_PRELOAD", &*libfaketime()), ("FAKETIME", offset), ("DONT_FAKE_MONOTONIC", "1")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
}

/// Where Debian puts it.
fn libfaketime() -> String {
    let found = std::fs::read_dir("/usr/lib").expect("/usr/lib").filter_map(Result::ok).find_map(|entry| {
        let library = entry.path().join("faketime/libfaketime.so.1");
        library.exists().then(|| library.display().to_string())
    });
    found.expect("libfaketime: run tests/run, which installs it")
}
