//! How long things take.

use std::time::{Duration, Instant};

use crate::support::{Person, Room};

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

/// How long each of so many posts takes, one after the other.
pub async fn times_of_posts(count: usize, person: &Person<'_>, room: &Room) -> Vec<Duration> {
    let mut times = Vec::new();
    for _ in 0..count {
        let (answer, time) = timed(person.tells(room)).await;
        answer.is(201);
        times.push(time);
    }
    times
}
