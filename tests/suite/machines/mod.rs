//! Real machines: the program as a process, a PostgreSQL of one's own, and the lines between them.
//!
//! All of it is on 127.0.0.1 and ends with its owner.

mod balancer;
mod clock;
mod disk;
mod line;
mod process;
mod program;
mod server;
mod tests;

use std::net::{Ipv4Addr, TcpListener};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU16, Ordering};

pub use balancer::{Balancer, deployed};
pub use clock::wrong_clock;
pub use disk::Disk;
pub use line::{Line, Weather};
pub use process::Process;
pub use program::{Program, Settings};
pub use server::{Server, give_to_postgres};

/// A port nobody listens on. Those the kernel lends to outgoing connections (from 32768 on) are left out:
/// whoever is to come back on the same port must find it free.
pub fn free_port() -> u16 {
    const FIRST: u16 = 12000;
    const LAST: u16 = 19999;
    static NEXT: LazyLock<AtomicU16> = LazyLock::new(|| AtomicU16::new(rand::random()));
    let ports = (FIRST..=LAST).map(|_| FIRST + NEXT.fetch_add(1, Ordering::Relaxed) % (LAST - FIRST + 1));
    let mut free = ports.filter(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok());
    free.next().expect("a free port")
}
