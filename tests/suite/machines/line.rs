//! A line between two machines, in fair weather and in foul.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rocket::futures::FutureExt;
use rocket::futures::future::{join, select};
use rocket::tokio;
use rocket::tokio::io::{AsyncReadExt, AsyncWriteExt};
use rocket::tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use rocket::tokio::net::{TcpListener, TcpStream};
use rocket::tokio::sync::watch;
use rocket::tokio::task::{JoinHandle, JoinSet};
use rocket::tokio::time::sleep;

/// Passes on what comes in at its address, and what is answered, as the weather allows.
#[derive(Debug)]
pub struct Line {
    address: SocketAddr,
    sky: watch::Sender<Sky>,
    connections: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

/// What a line does with bytes and connections.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Weather {
    /// Everything passes.
    Fair,
    /// Every connection is closed, new ones too.
    Down,
    /// Bytes are swallowed in both directions while connections stay open. Those that lived through it
    /// never work again.
    BlackHole,
    /// Bytes wait, in both directions, until it is fair again.
    Stalled,
    /// Every chunk waits that long.
    Slow(Duration),
    /// What goes to the target passes; as soon as something comes back the connection is closed.
    LosesAnswers,
}

#[derive(Clone, Copy, Debug)]
struct Sky {
    weather: Weather,
    target: SocketAddr,
    /// How often connections have been cut, and how often they have fallen into a black hole: each
    /// compares with what it was born under, and so misses nothing however fast the weather changes.
    cuts: u64,
    holes: u64,
}

impl Line {
    /// A line to there.
    pub async fn to(target: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().unwrap();
        let (sky, seen) = watch::channel(Sky { weather: Weather::Fair, target, cuts: 0, holes: 0 });
        let connections = Arc::<AtomicUsize>::default();
        let task = tokio::spawn(welcome(listener, seen, Arc::clone(&connections)));
        Self { address, sky, connections, task }
    }

    /// How many connections there have been.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// Where it begins.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Has new connections end elsewhere.
    pub fn aims_at(&self, target: SocketAddr) {
        self.sky.send_modify(|sky| sky.target = target);
    }

    pub fn set(&self, weather: Weather) {
        self.sky.send_modify(|sky| {
            sky.weather = weather;
            sky.cuts += u64::from(weather == Weather::Down);
            sky.holes += u64::from(weather == Weather::BlackHole);
        });
    }

    /// Closes every connection now; new ones are welcome.
    pub fn cut(&self) {
        self.sky.send_modify(|sky| sky.cuts += 1);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn welcome(listener: TcpListener, sky: watch::Receiver<Sky>, count: Arc<AtomicUsize>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            arrival = listener.accept() => {
                // An error is that of a caller who has hung up already.
                let Ok((caller, _)) = arrival else { continue };
                count.fetch_add(1, Ordering::Relaxed);
                let mut sky = sky.clone();
                let birth = *sky.borrow_and_update();
                connections.spawn(async move {
                    let connection = Connection { sky, birth };
                    let _ = connection.serve(caller).await;
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// The fate of one connection.
#[derive(Clone)]
struct Connection {
    sky: watch::Receiver<Sky>,
    birth: Sky,
}

#[derive(Clone, Copy, PartialEq)]
enum Direction {
    There,
    Back,
}

impl Connection {
    async fn serve(mut self, caller: TcpStream) -> io::Result<()> {
        match self.birth.weather {
            Weather::Down => return hang_up(&caller),
            // Nobody is on the other side, which is what whoever calls cannot know.
            Weather::BlackHole => {
                let (mut questions, _answers) = caller.into_split();
                select(drain(&mut questions).boxed(), self.cut().boxed()).await;
                return Ok(());
            }
            Weather::Stalled => self.until(|sky| sky.weather != Weather::Stalled).await,
            _ => {}
        }
        let target = self.sky.borrow().target;
        let Ok(called) = TcpStream::connect(target).await else { return hang_up(&caller) };
        for end in [&caller, &called] {
            end.set_nodelay(true)?;
        }
        let (mut questions, mut to_caller) = caller.into_split();
        let (mut answers, mut to_called) = called.into_split();
        let (mut cut, mut hole) = (self.clone(), self.clone());
        tokio::select! {
            biased;
            () = cut.cut() => return hang_up(questions.as_ref()).and(hang_up(answers.as_ref())),
            () = hole.hole() => {}
            _ = async { tokio::try_join!(
                self.clone().pass(&mut questions, &mut to_called, Direction::There),
                self.clone().pass(&mut answers, &mut to_caller, Direction::Back),
            ) } => return Ok(()),
        }
        self.swallow(&mut questions, &mut answers).await;
        Ok(())
    }

    async fn pass(
        mut self,
        from: &mut OwnedReadHalf,
        to: &mut OwnedWriteHalf,
        direction: Direction,
    ) -> io::Result<()> {
        let mut buffer = vec![0; 1 << 16];
        loop {
            let length = from.read(&mut buffer).await?;
            self.until(|sky| sky.weather != Weather::Stalled).await;
            let weather = self.sky.borrow().weather;
            match weather {
                Weather::Slow(wait) => sleep(wait).await,
                Weather::LosesAnswers if direction == Direction::Back => {
                    return Err(io::ErrorKind::ConnectionReset.into());
                }
                _ => {}
            }
            if length == 0 {
                return to.shutdown().await;
            }
            to.write_all(&buffer[..length]).await?;
        }
    }

    /// Lets nothing through any more. An end that is closed is not told to the other before the weather
    /// is better, when keep-alives would find out.
    async fn swallow(&self, questions: &mut OwnedReadHalf, answers: &mut OwnedReadHalf) {
        let (mut cut, mut healed) = (self.clone(), self.clone());
        let one_is_closed = async {
            select(drain(questions).boxed(), drain(answers).boxed()).await;
        };
        let clear = healed.until(|sky| sky.weather != Weather::BlackHole);
        select(cut.cut().boxed(), join(one_is_closed, clear).boxed()).await;
    }

    async fn cut(&mut self) {
        let birth = self.birth.cuts;
        self.until(|sky| sky.cuts != birth).await;
    }

    async fn hole(&mut self) {
        let birth = self.birth.holes;
        self.until(|sky| sky.holes != birth).await;
    }

    async fn until(&mut self, holds: impl FnMut(&Sky) -> bool) {
        // Without a line there is no weather, and this task is about to be gone.
        let _ = self.sky.wait_for(holds).await;
    }
}

async fn drain(from: &mut OwnedReadHalf) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(1..) = from.read(&mut buffer).await {}
}

/// Has the end be reset when it is dropped.
fn hang_up(end: &TcpStream) -> io::Result<()> {
    end.set_zero_linger()
}
