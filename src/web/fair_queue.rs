//! A fair queue: addresses take turns (round robin), so that whoever sends a thousand requests waits behind their own.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;

use parking_lot::{Condvar, Mutex};

use super::client::ClientAddress;

/// A queue with a bound for every address and one for all of them.
pub(super) struct FairQueue<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
    per_address: usize,
    in_all: usize,
}

struct State<T> {
    waiting: HashMap<IpAddr, VecDeque<T>>,
    /// Whose turn is next: everybody who waits, once.
    turns: VecDeque<IpAddr>,
    length: usize,
    closed: bool,
}

/// There is no more room in the queue, or it is closed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Full;

impl<T> FairQueue<T> {
    /// An empty queue for at most `per_address` of one address and `in_all` together.
    pub(super) fn new(per_address: usize, in_all: usize) -> Self {
        let state = State { waiting: HashMap::new(), turns: VecDeque::new(), length: 0, closed: false };
        Self { state: Mutex::new(state), changed: Condvar::new(), per_address, in_all }
    }

    /// Puts something that came from `client` at the end of its queue.
    pub(super) fn push(&self, client: ClientAddress, item: T) -> Result<(), Full> {
        let mut state = self.state.lock();
        let address = client.network();
        let queue = state.waiting.get(&address).map_or(0, VecDeque::len);
        if state.closed || queue >= self.per_address || state.length >= self.in_all {
            return Err(Full);
        }
        if queue == 0 {
            state.turns.push_back(address);
        }
        state.waiting.entry(address).or_default().push_back(item);
        state.length += 1;
        drop(state);
        self.changed.notify_one();
        Ok(())
    }

    /// Waits for the next; none once the queue is closed. Blocks its thread.
    pub(super) fn next(&self) -> Option<T> {
        let mut state = self.state.lock();
        self.changed.wait_while(&mut state, |state| state.length == 0 && !state.closed);
        if state.closed { None } else { state.take() }
    }

    /// Ends every wait in [`FairQueue::next`], and takes nothing any more.
    pub(super) fn close(&self) {
        self.state.lock().closed = true;
        self.changed.notify_all();
    }
}

impl<T> State<T> {
    fn take(&mut self) -> Option<T> {
        let address = self.turns.pop_front()?;
        let queue = self.waiting.get_mut(&address)?;
        let item = queue.pop_front();
        if queue.is_empty() {
            self.waiting.remove(&address);
        } else {
            self.turns.push_back(address);
        }
        self.length -= 1;
        item
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> ClientAddress {
        ClientAddress(text.parse().unwrap())
    }

    fn next_of(queue: &FairQueue<&'static str>, count: usize) -> Vec<&'static str> {
        (0..count).map(|_| queue.next().unwrap()).collect()
    }

    #[test]
    fn addresses_take_turns() {
        let queue = FairQueue::new(100, 100);
        for (from, item) in [("10.0.0.1", "a1"), ("10.0.0.1", "a2"), ("10.0.0.1", "a3"), ("10.0.0.2", "b1")] {
            queue.push(address(from), item).unwrap();
        }
        assert_eq!(next_of(&queue, 2), ["a1", "b1"], "one of each");
        queue.push(address("2001:db8::1"), "c1").unwrap();
        assert_eq!(next_of(&queue, 3), ["a2", "c1", "a3"]);
    }

    #[test]
    fn a_queue_is_bounded_for_each_and_for_all() {
        let queue = FairQueue::new(2, 3);
        assert_eq!(queue.push(address("10.0.0.1"), "a1"), Ok(()));
        assert_eq!(queue.push(address("10.0.0.1"), "a2"), Ok(()));
        assert_eq!(queue.push(address("10.0.0.1"), "a3"), Err(Full));
        assert_eq!(queue.push(address("10.0.0.2"), "b1"), Ok(()));
        assert_eq!(queue.push(address("10.0.0.3"), "c1"), Err(Full));
        next_of(&queue, 3);
        assert_eq!(queue.push(address("10.0.0.1"), "a4"), Ok(()));
    }

    #[test]
    fn a_closed_queue_sends_everybody_away() {
        let queue = FairQueue::new(1, 1);
        queue.push(address("10.0.0.1"), "waiting").unwrap();
        queue.close();
        assert_eq!(queue.next(), None);
        assert_eq!(queue.push(address("10.0.0.1"), "late"), Err(Full));
    }
}
