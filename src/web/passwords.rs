//! Hashing and checking passwords: Argon2id with 19 MiB, two passes, one lane (OWASP Password Storage).
//!
//! That is some 20 ms of a core each time, so it runs off the async threads, on as many cores as there
//! are, and a line that grows too long is turned away: log-ins never stop anybody's polls.

use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use rocket::tokio::sync::{Semaphore, SemaphorePermit};
use rocket::tokio::task::spawn_blocking;

use super::error::Error;
use crate::model::accounts::Password;

/// How many may wait for each core: a class that logs in at once fits.
const LINE: usize = 50;

/// The one place where passwords are hashed.
pub(super) struct Passwords {
    /// One permit per place in line or at work.
    places: Semaphore,
    /// One permit per core.
    cores: Semaphore,
    /// The hash of no password, to check against when a name is unknown.
    nobody: Arc<str>,
}

impl Passwords {
    /// Takes as many cores as this machine has.
    pub(super) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            places: Semaphore::new(cores * (LINE + 1)),
            cores: Semaphore::new(cores),
            nobody: hash(rand::random::<[u8; 16]>().as_slice()).unwrap_or_default().into(),
        }
    }

    /// The hash to store for a new account, a PHC string.
    pub(super) async fn hash(&self, password: Password) -> Result<String, Error> {
        self.work(move || hash(password.as_bytes())).await?.ok_or(Error::Unavailable)
    }

    /// Whether `password` is the one that `known` was made from. Takes as long when nothing is known.
    pub(super) async fn verify(&self, password: Password, known: Option<String>) -> Result<bool, Error> {
        let exists = known.is_some();
        let known = known.map_or_else(|| Arc::clone(&self.nobody), Arc::from);
        let matches = self.work(move || verify(password.as_bytes(), &known)).await?;
        Ok(matches && exists)
    }

    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let _place: SemaphorePermit<'_> = self.places.try_acquire().map_err(|_| Error::TooManyLogIns)?;
        let _core = self.cores.acquire().await.map_err(|_| Error::Unavailable)?;
        spawn_blocking(work).await.map_err(|_| Error::Unavailable)
    }
}

fn hash(password: &[u8]) -> Option<String> {
    Some(Argon2::default().hash_password(password).ok()?.to_string())
}

fn verify(password: &[u8], known: &str) -> bool {
    let Ok(known) = PasswordHash::new(known) else { return false };
    Argon2::default().verify_password(password, &known).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rocket::async_test]
    async fn only_the_right_password_of_someone_known_is_accepted() {
        let passwords = Passwords::new();
        let known = passwords.hash(Password::parse("open sesame").unwrap()).await.unwrap();
        assert!(known.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{known}");
        assert!(passwords.verify(Password::presented("open sesame"), Some(known.clone())).await.unwrap());
        assert!(!passwords.verify(Password::presented("open barley"), Some(known)).await.unwrap());
        assert!(!passwords.verify(Password::presented("open sesame"), None).await.unwrap());
    }

    #[rocket::async_test]
    async fn a_line_that_is_too_long_is_turned_away() {
        let passwords = Passwords::new();
        let all = u32::try_from(passwords.places.available_permits()).unwrap();
        let taken = passwords.places.try_acquire_many(all).unwrap();
        let refused = passwords.verify(Password::presented("open sesame"), None).await;
        assert!(matches!(refused, Err(Error::TooManyLogIns)));
        drop(taken);
        assert!(passwords.verify(Password::presented("open sesame"), None).await.is_ok());
    }
}
