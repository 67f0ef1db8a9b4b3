//! A child process that does not outlive its test.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How long a very slow machine might need for any of this.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running program and what it has printed.
#[derive(Debug)]
pub struct Process {
    child: Child,
    printed: Arc<Mutex<Vec<String>>>,
    listeners: Vec<JoinHandle<()>>,
}

impl Process {
    /// Starts it and waits for the line that says it is ready; none if it ends or stays silent instead.
    pub fn start(command: &mut Command, ready: &str) -> Result<(Self, String), String> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| format!("{command:?}: {error}"))?;
        let printed = Arc::default();
        let (sender, receiver) = mpsc::channel();
        let pipes: [Box<dyn Read + Send>; 2] =
            [Box::new(child.stdout.take().unwrap()), Box::new(child.stderr.take().unwrap())];
        let listeners = pipes.map(|pipe| listen(pipe, Arc::clone(&printed), sender.clone())).into();
        drop(sender);
        let process = Self { child, printed, listeners };
        let deadline = Instant::now() + PATIENCE;
        while let Ok(line) = receiver.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            if line.contains(ready) {
                return Ok((process, line));
            }
        }
        let program = command.get_program().display();
        Err(format!("{program} never said “{ready}”: {}", process.printed().join("\n")))
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How much time of a core it has taken, with the processes it started that are still there.
    pub fn cpu(&self) -> Duration {
        let family = descendants(self.id());
        family.into_iter().chain([self.id()]).filter_map(cpu_of).sum()
    }

    /// Every line so far.
    pub fn printed(&self) -> Vec<String> {
        self.printed.lock().unwrap().clone()
    }

    /// Every line, once it has ended.
    pub fn everything_printed(&mut self) -> Vec<String> {
        for listener in self.listeners.drain(..) {
            listener.join().expect("a pipe to be read");
        }
        self.printed()
    }

    /// Sends it a signal: `TERM`, `STOP`, …
    pub fn signal(&self, signal: &str) {
        assert!(send(signal, self.id()), "no process to signal {signal}");
    }

    /// It stands still, with the processes it started. When this returns, all of them do.
    pub fn freeze(&self) {
        self.signal("STOP");
        let mut family = descendants(self.id());
        for pid in &family {
            send("STOP", *pid);
        }
        family.push(self.id());
        let deadline = Instant::now() + PATIENCE;
        while !family.iter().all(|pid| is_stopped(*pid)) {
            assert!(Instant::now() < deadline, "they do not stand still");
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// They go on.
    pub fn thaw(&self) {
        for pid in descendants(self.id()) {
            send("CONT", pid);
        }
        self.signal("CONT");
    }

    /// Waits until it has ended; none if it does not.
    pub fn ends(&mut self) -> Option<ExitStatus> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let status = self.child.try_wait().expect("to watch a child of ours");
            if status.is_some() || Instant::now() > deadline {
                return status;
            }
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Ends it without a warning (SIGKILL), with the processes it started.
    pub fn kill(&mut self) {
        let family = descendants(self.child.id());
        self.child.kill().expect("to kill a child of ours");
        self.child.wait().expect("to see it end");
        for pid in family {
            // Most have ended with their parent by now.
            send("KILL", pid);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Says whether there was such a process.
fn send(signal: &str, pid: u32) -> bool {
    let mut kill = Command::new("kill");
    let sent = kill.args([&format!("-{signal}"), &pid.to_string()]).stderr(Stdio::null()).status();
    sent.is_ok_and(|status| status.success())
}

fn listen(
    pipe: impl Read + Send + 'static,
    printed: Arc<Mutex<Vec<String>>>,
    lines: mpsc::Sender<String>,
) -> JoinHandle<()> {
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            printed.lock().unwrap().push(line.clone());
            // After the ready line nobody is listening any more.
            let _ = lines.send(line);
        }
    })
}

/// The processes that this one started, and theirs: the driver leaves its browser behind when it dies.
fn descendants(ancestor: u32) -> Vec<u32> {
    let mut family = vec![ancestor];
    let parents: Vec<(u32, u32)> = fs::read_dir("/proc")
        .expect("/proc")
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(|pid| Some((pid, parent_of(pid)?)))
        .collect();
    let mut next = 0;
    while let Some(&parent) = family.get(next) {
        family.extend(parents.iter().filter(|(_, of)| *of == parent).map(|(pid, _)| pid));
        next += 1;
    }
    family.split_off(1)
}

/// Whether all its threads stand still; one that is about to write to a disk does so first.
fn is_stopped(pid: u32) -> bool {
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else { return true };
    let mut states = threads.filter_map(|thread| fs::read_to_string(thread.ok()?.path().join("stat")).ok());
    states.all(|stat| stat.rsplit_once(") ").is_none_or(|(_, rest)| rest.starts_with(['T', 't', 'Z', 'X'])))
}

/// In user mode and in the kernel, by its ticks of 10 ms.
fn cpu_of(pid: u32) -> Option<Duration> {
    let status = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = status.rsplit_once(") ")?.1.split(' ').skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    Some(Duration::from_millis(10 * (ticks()? + ticks()?)))
}

fn parent_of(pid: u32) -> Option<u32> {
    let status = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // `pid (name) state parent …`, where the name may hold anything.
    status.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
}
