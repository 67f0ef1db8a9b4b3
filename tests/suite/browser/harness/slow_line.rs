//! A line to the server on which the answers to some requests are held up.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

/// Passes everything on, both ways, but holds the answers to forms whose path ends like this.
#[derive(Debug)]
pub struct SlowLine {
    address: SocketAddr,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    server: SocketAddr,
    held: &'static str,
    seen: Mutex<Seen>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Seen {
    holding: bool,
    released: bool,
    refusals: usize,
}

impl SlowLine {
    pub fn to(server: SocketAddr, held: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State { server, held, seen: Mutex::default(), changed: Condvar::new() });
        let line = Self { address, state: Arc::clone(&state) };
        // Ends with the tests; nobody can wake it from waiting for connections.
        thread::spawn(move || {
            for browser in listener.incoming().map_while(Result::ok) {
                connect(&state, browser);
            }
        });
        line
    }

    pub fn address(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Waits until an answer is held, and lets it go when two others have been refusals meanwhile, or when
    /// nothing was asked for some time: a page that is about to go may well be quiet.
    pub fn releases_once_others_are_refused(&self) {
        let seen = self.state.seen.lock().unwrap();
        let (patience, quiet) = (Duration::from_secs(20), Duration::from_secs(5));
        let wait = self.state.changed.wait_timeout_while(seen, patience, |seen| !seen.holding);
        let (seen, outcome) = wait.unwrap();
        assert!(!outcome.timed_out(), "nothing to hold");
        let wait = self.state.changed.wait_timeout_while(seen, quiet, |seen| seen.refusals < 2);
        wait.unwrap().0.released = true;
        self.state.changed.notify_all();
    }
}

fn connect(state: &Arc<State>, browser: TcpStream) {
    let server = TcpStream::connect(state.server).expect("the server");
    let (mut questions, mut answers) = (browser.try_clone().unwrap(), server.try_clone().unwrap());
    let (mut browser, mut server) = (browser, server);
    let is_held = Arc::new(Mutex::new(false));
    let (asking, answering) = (Arc::clone(state), Arc::clone(state));
    let about_to_hold = Arc::clone(&is_held);
    thread::spawn(move || {
        pump(&mut questions, &mut server, |question| {
            let line = question.lines().next().unwrap_or_default();
            if line.starts_with("POST ") && line.contains(&format!("{} ", asking.held)) {
                *about_to_hold.lock().unwrap() = true;
            }
        });
    });
    thread::spawn(move || {
        pump(&mut answers, &mut browser, |answer| {
            let mut seen = answering.seen.lock().unwrap();
            if *is_held.lock().unwrap() {
                seen.holding = true;
                answering.changed.notify_all();
                drop(answering.changed.wait_while(seen, |seen| !seen.released).unwrap());
            } else if answer.starts_with("HTTP/1.1 40") && seen.holding {
                seen.refusals += 1;
                answering.changed.notify_all();
            }
        });
    });
}

/// A browser sends one request at a time over a connection, and each of ours comes in one piece.
fn pump(from: &mut TcpStream, to: &mut TcpStream, mut look: impl FnMut(&str)) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        look(&String::from_utf8_lossy(&buffer[..length]));
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
    let _ = from.shutdown(Shutdown::Both);
}
