//! How long things take.

use std::thread;
use std::time::{Duration, Instant};

use rocket::futures::future::join_all;
use rocket::tokio::runtime::Handle;

use crate::fixtures::{Person, Room};

/// The shortest of these times that so many hundredths of them keep to.
pub fn within(hundredths: usize, times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort_unstable();
    times[(times.len() - 1) * hundredths / 100]
}

/// One time over another.
pub fn over(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}

/// What comes of it, and how long that took.
pub async fn timed<T>(deed: impl Future<Output = T>) -> (T, Duration) {
    let began = Instant::now();
    (deed.await, began.elapsed())
}

/// How long each of so many posts takes, one after the other, from a page that has what was said before.
pub async fn times_of_posts(count: usize, person: &Person<'_>, room: &Room) -> Vec<Duration> {
    let (mut times, mut after) = (Vec::new(), "0".to_owned());
    for _ in 0..count {
        let (answer, time) = timed(person.tells_after(room, &after)).await;
        after = answer.is(201).news().cursor();
        times.push(time);
    }
    times
}

/// How many threads the people of [`at_once`] share.
const THREADS: usize = 4;

/// Has everybody do it at the same time. Requests without a socket are answered by the thread that makes them, and a
/// server has more than one.
pub fn at_once<P: Sync, T: Send>(people: &[P], deed: impl AsyncFn(usize, &P) -> T + Sync) -> Vec<T> {
    let (runtime, deed, share) = (Handle::current(), &deed, people.len().div_ceil(THREADS));
    thread::scope(|scope| {
        let threads: Vec<_> = (people.chunks(share).enumerate())
            .map(|(thread, some)| {
                let runtime = runtime.clone();
                let all = move || join_all((0..some.len()).map(|n| deed(thread * share + n, &some[n])));
                scope.spawn(move || runtime.block_on(all()))
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
    })
}
