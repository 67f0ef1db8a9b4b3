//! The machines themselves, where they could lie.

use std::time::Duration;

use rocket::tokio;
use rocket::tokio::io::{AsyncReadExt, AsyncWriteExt};
use rocket::tokio::net::{TcpListener, TcpStream};
use rocket::tokio::sync::mpsc;
use rocket::tokio::time::timeout;

use super::{Line, Program, Server, Settings, Weather, free_port};
use crate::support::{Database, Engine, eventually};

/// Long enough to believe that nothing comes.
const A_WHILE: Duration = Duration::from_millis(300);

/// A house at the end of a line that says back whatever it hears.
struct Echo {
    line: Line,
    heard: mpsc::UnboundedReceiver<u8>,
}

impl Echo {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let line = Line::to(listener.local_addr().unwrap()).await;
        let (tell, heard) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((mut caller, _)) = listener.accept().await {
                let tell = tell.clone();
                tokio::spawn(async move {
                    while let Ok(byte) = caller.read_u8().await {
                        let _ = tell.send(byte);
                        let _ = caller.write_u8(byte).await;
                    }
                });
            }
        });
        Self { line, heard }
    }

    async fn call(&self) -> TcpStream {
        TcpStream::connect(self.line.address()).await.unwrap()
    }

    /// Calls, says something, and hears what comes back; none when nobody is there.
    async fn asks(&self, byte: u8) -> Option<u8> {
        // A line that is reset at once may not even seem to have stood.
        let mut line = TcpStream::connect(self.line.address()).await.ok()?;
        asks(&mut line, byte).await
    }
}

/// Says something, and what comes back; none when the line is closed.
async fn asks(line: &mut TcpStream, byte: u8) -> Option<u8> {
    line.write_u8(byte).await.ok()?;
    line.read_u8().await.ok()
}

/// Whether nothing at all comes back.
async fn asks_in_vain(line: &mut TcpStream, byte: u8) -> bool {
    timeout(A_WHILE, asks(line, byte)).await.is_err()
}

#[rocket::async_test]
async fn in_fair_weather_everything_passes() {
    let echo = Echo::new().await;
    let (mut one, mut two) = (echo.call().await, echo.call().await);
    assert_eq!(asks(&mut one, 1).await, Some(1));
    assert_eq!(asks(&mut two, 2).await, Some(2));
    echo.line.set(Weather::Slow(Duration::from_millis(20)));
    assert_eq!(asks(&mut one, 3).await, Some(3));
}

#[rocket::async_test]
async fn who_was_in_a_black_hole_never_comes_out() {
    let mut echo = Echo::new().await;
    let mut old = echo.call().await;
    assert_eq!(asks(&mut old, 1).await, Some(1));
    echo.line.set(Weather::BlackHole);
    let mut born_in_it = echo.call().await;
    for line in [&mut old, &mut born_in_it] {
        assert!(asks_in_vain(line, 2).await, "something came out of a black hole");
    }
    echo.line.set(Weather::Fair);
    for line in [&mut old, &mut born_in_it] {
        assert!(asks_in_vain(line, 3).await, "something came back from a black hole");
    }
    assert_eq!(echo.asks(4).await, Some(4));
    assert_eq!((echo.heard.recv().await, echo.heard.recv().await), (Some(1), Some(4)));
}

#[rocket::async_test]
async fn a_black_hole_is_not_missed_however_short() {
    let echo = Echo::new().await;
    let mut old = echo.call().await;
    assert_eq!(asks(&mut old, 1).await, Some(1));
    echo.line.set(Weather::BlackHole);
    echo.line.set(Weather::Fair);
    assert!(asks_in_vain(&mut old, 2).await);
}

#[rocket::async_test]
async fn what_was_stalled_flows_again() {
    let mut echo = Echo::new().await;
    let mut old = echo.call().await;
    assert_eq!(asks(&mut old, 1).await, Some(1));
    echo.line.set(Weather::Stalled);
    let mut new = echo.call().await;
    assert!(asks_in_vain(&mut old, 2).await && asks_in_vain(&mut new, 3).await);
    assert_eq!(echo.heard.recv().await, Some(1));
    assert!(echo.heard.try_recv().is_err(), "it got through a line that stands still");
    echo.line.set(Weather::Fair);
    assert_eq!((old.read_u8().await.unwrap(), new.read_u8().await.unwrap()), (2, 3));
}

#[rocket::async_test]
async fn a_lost_answer_belongs_to_a_question_that_arrived() {
    let mut echo = Echo::new().await;
    let mut line = echo.call().await;
    assert_eq!(asks(&mut line, 1).await, Some(1));
    echo.line.set(Weather::LosesAnswers);
    assert_eq!(asks(&mut line, 2).await, None);
    assert_eq!(echo.asks(3).await, None);
    for said in 1..=3 {
        assert_eq!(echo.heard.recv().await, Some(said));
    }
}

#[rocket::async_test]
async fn what_is_cut_or_down_is_closed() {
    let echo = Echo::new().await;
    let mut old = echo.call().await;
    assert_eq!(asks(&mut old, 1).await, Some(1));
    echo.line.cut();
    assert!(old.read_u8().await.is_err());
    let mut old = echo.call().await;
    assert_eq!(asks(&mut old, 2).await, Some(2));
    echo.line.set(Weather::Down);
    assert!(old.read_u8().await.is_err());
    assert_eq!(echo.asks(3).await, None);
    echo.line.set(Weather::Fair);
    assert_eq!(echo.asks(4).await, Some(4));
}

#[rocket::async_test]
async fn new_connections_go_where_the_line_aims() {
    let (one, mut two) = (Echo::new().await, Echo::new().await);
    let mut old = one.call().await;
    assert_eq!(asks(&mut old, 1).await, Some(1));
    // Nobody listens at the end of a line that aims at nothing.
    one.line.aims_at(([127, 0, 0, 1], free_port()).into());
    assert_eq!(one.asks(9).await, None);
    one.line.aims_at(two.line.address());
    assert_eq!(one.asks(2).await, Some(2));
    assert_eq!(two.heard.recv().await, Some(2));
    assert_eq!(asks(&mut old, 3).await, Some(3));
}

/// The first line of what a Parlor answers to a stranger, if it does within a while.
async fn visit(program: &Program) -> Option<String> {
    let mut visitor = TcpStream::connect(program.address()).await.ok()?;
    visitor.write_all(b"GET / HTTP/1.0\r\n\r\n").await.ok()?;
    let mut answer = String::new();
    timeout(A_WHILE * 10, visitor.read_to_string(&mut answer)).await.ok()?.ok()?;
    answer.lines().next().map(str::to_owned)
}

#[rocket::async_test]
async fn a_program_starts_freezes_thaws_stops_and_dies() {
    let database = Database::create(Engine::Sqlite).await;
    let settings = Settings::on(database.url());
    let program = Program::start(&settings).await;
    assert!(visit(&program).await.is_some_and(|line| line.contains("200")));
    let refused = Program::try_start(&Settings { port: free_port(), ..settings.clone() }).await;
    assert!(refused.is_err_and(|log| log.contains("in use by another Parlor")));
    program.freeze();
    assert_eq!(visit(&program).await, None);
    program.thaw();
    assert!(visit(&program).await.is_some());
    program.has_not_complained();
    assert!(program.log().contains("Parlor is open at"));
    assert!(program.stop().await.success());

    let program = Program::start(&settings).await;
    let address = program.address();
    program.kill();
    assert!(TcpStream::connect(address).await.is_err());
    database.discard().await;
}

#[rocket::async_test]
async fn a_server_remembers_through_a_crash_and_has_a_standby_that_follows() {
    let server = Server::create_with(&[("work_mem", "5MB")]).await;
    assert_eq!(server.finds("postgres", "show work_mem").await, ["5MB"]);
    assert_eq!(server.finds("postgres", "show fsync").await, ["on"]);
    server.execute("create table said (word text); insert into said values ('before')").await;
    server.crash().await;
    server.start().await;
    let words = "select word from said order by word";
    assert_eq!(server.finds("postgres", words).await, ["before"]);

    let standby = server.standby().await;
    server.execute("insert into said values ('between')").await;
    eventually("it is there, too", async || standby.finds("postgres", words).await == ["before", "between"])
        .await;
    standby.loses_sight_of_its_primary().await;
    server.execute("insert into said values ('unseen')").await;
    assert_eq!(standby.finds("postgres", words).await, ["before", "between"]);
    standby.promote().await;
    standby.execute("insert into said values ('after')").await;
    assert_eq!(standby.finds("postgres", words).await, ["after", "before", "between"]);

    server.freeze();
    let asking = server.finds("postgres", words);
    assert!(timeout(A_WHILE, asking).await.is_err(), "a frozen server answers");
    server.thaw();
    assert_eq!(server.finds("postgres", words).await, ["before", "between", "unseen"]);
}
