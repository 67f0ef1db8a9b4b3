//! Hashing and checking passwords: Argon2id with 19 MiB, two passes, one lane (OWASP Password Storage).
//!
//! That is some 20 ms of a core each time, so [`LowPriority`] threads do nothing else, each in memory of its own that
//! it takes once: an allocator does not find freed blocks of this size and alignment again, and a process that
//! took new ones would grow with every log-in. Log-ins never stop anybody's polls, and nobody's log-ins stop those of
//! others.

use std::sync::Arc;

use argon2::password_hash::Error as HashError;
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};

use super::error::Error;
use super::fair_queue::Full;
use super::low_priority::LowPriority;
use super::waiter::Waiter;
use crate::model::accounts::Password;

/// How many of one address may wait for each core: as many as it gets done in the time that a [`Waiter`] has.
const QUEUE_PER_ADDRESS: usize = 600;
/// How many may wait for each core together.
const QUEUE_IN_ALL: usize = 4 * QUEUE_PER_ADDRESS;

/// The one place where passwords are hashed.
pub(crate) struct Passwords {
    threads: LowPriority<HashMemory>,
    /// The hash of no password, to check against when a name is unknown.
    dummy_hash: Arc<str>,
}

impl Passwords {
    /// # Errors
    /// When the system has no more threads.
    pub(super) fn new() -> Result<Self, String> {
        let threads = LowPriority::new("passwords", QUEUE_PER_ADDRESS, QUEUE_IN_ALL)?;
        let dummy_hash = phc_string(&rand::random::<[u8; 16]>(), &rand::random::<[u8; 32]>());
        let dummy_hash = dummy_hash.map_err(|error| error.to_string())?.into();
        Ok(Self { threads, dummy_hash })
    }

    /// The hash to store for a new account, a PHC string, for whoever waits for it.
    pub(super) async fn hash(&self, waiter: Waiter, password: Password) -> Result<String, Error> {
        self.run(waiter, move |memory| hash(password.as_bytes(), memory)).await
    }

    /// Whether `password` is the one that `known` was made from. Takes as long when nothing is known.
    pub(super) async fn verify(
        &self,
        waiter: Waiter,
        password: Password,
        known: Option<String>,
    ) -> Result<bool, Error> {
        let exists = known.is_some();
        let known = known.map_or_else(|| Arc::clone(&self.dummy_hash), Arc::from);
        let matches = self.run(waiter, move |memory| verify(password.as_bytes(), &known, memory)).await?;
        Ok(matches && exists)
    }

    /// Hashes nothing from now on: whoever wants that is told to come again.
    pub(crate) fn stop(&self) {
        self.threads.stop();
    }

    async fn run<T: Send + 'static>(
        &self,
        waiter: Waiter,
        job: impl FnOnce(&mut HashMemory) -> Result<T, HashError> + Send + 'static,
    ) -> Result<T, Error> {
        let answered = self.threads.start(waiter.client, job).map_err(|Full| Error::TooManyLogIns)?;
        match waiter.waits_for(answered).await? {
            Ok(Ok(outcome)) => Ok(outcome),
            Ok(Err(error)) => {
                tracing::error!("a password could not be hashed: {error}");
                Err(Error::Failed)
            }
            Err(_) => Err(Error::Failed),
        }
    }
}

/// What Argon2 works in, taken when it is first needed.
#[derive(Default)]
struct HashMemory(Vec<Block>);

impl HashMemory {
    fn blocks(&mut self, count: usize) -> Result<&mut [Block], HashError> {
        let missing = count.saturating_sub(self.0.len());
        self.0.try_reserve_exact(missing).map_err(|_| HashError::OutOfMemory)?;
        self.0.resize(self.0.len() + missing, Block::new());
        Ok(&mut self.0[..count])
    }
}

fn hash(password: &[u8], memory: &mut HashMemory) -> Result<String, HashError> {
    let (salt, mut output) = (rand::random::<[u8; 16]>(), [0; Params::DEFAULT_OUTPUT_LEN]);
    fill(&Argon2::default(), password, &salt, &mut output, memory)?;
    phc_string(&salt, &output)
}

/// Only another password is a *no*; whatever else fails is an error.
fn verify(password: &[u8], known: &str, memory: &mut HashMemory) -> Result<bool, HashError> {
    let known = PasswordHash::new(known)?;
    let (Some(salt), Some(expected)) = (&known.salt, &known.hash) else {
        return Err(HashError::EncodingInvalid);
    };
    let version = known.version.map(Version::try_from).transpose().map_err(|_| HashError::Version)?;
    let argon2 = Argon2::new(
        Algorithm::try_from(known.algorithm.as_str())?,
        version.unwrap_or_default(),
        Params::try_from(&known)?,
    );
    let mut output = [0; Output::MAX_LENGTH];
    let output = &mut output[..expected.len()];
    fill(&argon2, password, salt, output, memory)?;
    // Compared in constant time.
    Ok(Output::new(output)? == *expected)
}

fn fill(
    argon2: &Argon2<'_>,
    password: &[u8],
    salt: &[u8],
    output: &mut [u8],
    memory: &mut HashMemory,
) -> Result<(), HashError> {
    let blocks = memory.blocks(argon2.params().block_count())?;
    Ok(argon2.hash_password_into_with_memory(password, salt, output, blocks)?)
}

/// A hash by the parameters of today.
fn phc_string(salt: &[u8], output: &[u8]) -> Result<String, HashError> {
    let hash = PasswordHash {
        algorithm: Algorithm::default().ident(),
        version: Some(Version::default().into()),
        params: ParamsString::try_from(&Params::default())?,
        salt: Some(Salt::new(salt)?),
        hash: Some(Output::new(output)?),
    };
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};
    use std::thread;

    use super::*;
    use crate::web::client::ClientAddress;
    use crate::web::fair_queue::FairQueue;

    const HERE: ClientAddress = ClientAddress(IpAddr::V4(Ipv4Addr::LOCALHOST));

    fn here() -> Waiter {
        Waiter::new(HERE)
    }

    fn presented(typed: &str) -> Password {
        Password::presented(typed)
    }

    #[rocket::async_test]
    async fn only_the_right_password_of_someone_known_is_accepted() {
        let passwords = Passwords::new().unwrap();
        let known = passwords.hash(here(), presented("open sesame")).await.unwrap();
        assert!(known.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{known}");
        assert!(passwords.verify(here(), presented("open sesame"), Some(known.clone())).await.unwrap());
        assert!(!passwords.verify(here(), presented("open barley"), Some(known)).await.unwrap());
        assert!(!passwords.verify(here(), presented("open sesame"), None).await.unwrap());
    }

    #[rocket::async_test]
    async fn a_hash_by_other_parameters_is_known_too() {
        // Of the reference implementation: `echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1 -e`.
        let known = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        let passwords = Passwords::new().unwrap();
        assert!(passwords.verify(here(), presented("password"), Some(known.to_owned())).await.unwrap());
        assert!(!passwords.verify(here(), presented("Password"), Some(known.to_owned())).await.unwrap());
    }

    #[rocket::async_test]
    async fn only_another_password_is_a_no() {
        let passwords = Passwords::new().unwrap();
        let known = passwords.hash(here(), presented("open sesame")).await.unwrap();
        let cut = known.rsplit_once('$').unwrap().0;
        for broken in
            ["", "open sesame", cut, &known.replace("argon2id", "scrypt"), &known.replace("v=19", "v=7")]
        {
            let outcome = passwords.verify(here(), presented("open sesame"), Some(broken.to_owned())).await;
            assert!(matches!(outcome, Err(Error::Failed)), "{broken}");
        }
        let mut memory = HashMemory::default();
        assert!(memory.blocks(usize::MAX >> 12).is_err(), "more memory than there is");
        assert!(memory.blocks(8).is_ok(), "and then as if nothing had been");
    }

    #[rocket::async_test]
    async fn a_job_that_panics_costs_no_core() {
        let passwords = Passwords::new().unwrap();
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            let outcome = passwords.run::<()>(here(), |_| panic!("on purpose")).await;
            assert!(matches!(outcome, Err(Error::Failed)));
        }
        assert!(passwords.hash(here(), presented("open sesame")).await.is_ok());
    }

    #[test]
    fn a_class_behind_one_address_fits_into_the_queue_of_one_core() {
        let queue = FairQueue::new(QUEUE_PER_ADDRESS, QUEUE_IN_ALL);
        assert!((0..200).all(|pupil| queue.push(HERE, pupil).is_ok()));
        let elsewhere = ClientAddress("203.0.113.7".parse().unwrap());
        assert!((0..2000).any(|wrong| queue.push(elsewhere, wrong).is_err()), "nobody fills it alone");
        assert!(queue.push(HERE, 200).is_ok());
    }

    #[rocket::async_test]
    async fn who_comes_to_a_full_queue_is_turned_away() {
        let threads = LowPriority::new("passwords", 0, 0).unwrap();
        let passwords = Passwords { threads, dummy_hash: "".into() };
        let refused = passwords.verify(here(), presented("open sesame"), None).await;
        assert!(matches!(refused, Err(Error::TooManyLogIns)));
    }
}
