//! What a coming or going costs in a room of many, who all ask who is there now.

use std::time::Duration;

use rocket::futures::stream::{self, StreamExt};

use super::crowd::{Crowd, everybody_polls, room};
use crate::fixtures::processes::{Program, Settings};
use crate::fixtures::{Database, Engine, HttpClient, Person};

const PEOPLE: usize = 1_000;
const MOVEMENTS: u32 = 40;
/// How many ask at the same time, each over a connection that is kept.
const AT_ONCE: usize = 50;
/// For a connection.
const PATIENCE: Duration = Duration::from_secs(20);

#[ignore = "a figure: needs an optimized program and a quiet machine"]
#[rocket::async_test]
async fn movements() {
    let database = Database::create(Engine::Sqlite).await;
    let settings = Settings::on(database.url());
    Program::start(&settings).await.stop().await;
    let crowd = Crowd::settle(database.url(), PEOPLE + 1, 1, "case when id <= 1000 then 1 end").await;
    let program = Program::start(&settings).await;
    let people: Vec<_> = (1..=PEOPLE).map(|n| crowd.at_address(program.address(), n)).collect();
    let mover = crowd.at_address(program.address(), PEOPLE + 1);
    let http = HttpClient::new(PATIENCE, AT_ONCE);
    let everybody = async |path: &str, status: u16| {
        let url = format!("http://{}{path}", program.address());
        let ask = async |person| assert_eq!(asks(&http, person, &url).await, status);
        stream::iter(&people).map(ask).buffer_unordered(AT_ONCE).collect::<()>().await;
    };
    let poll = room(1).api("?after=0");
    everybody_polls(&people, 1).await;
    everybody(&poll, 204).await;

    let before = program.cpu();
    for _ in 0..MOVEMENTS {
        everybody(&poll, 204).await;
    }
    let polls = (program.cpu() - before) / MOVEMENTS;
    let before = program.cpu();
    for n in 0..MOVEMENTS {
        if n % 2 == 0 {
            mover.joins(&room(1)).await;
        } else {
            mover.leaves(&room(1)).await;
        }
        everybody(&room(1).path("/people?after=0"), 200).await;
    }
    let movement = (program.cpu() - before) / MOVEMENTS;
    eprintln!(
        "a coming or going in a room of {PEOPLE}, after which all ask who is there: {} ms of CPU (wanted ≤ 30 ms); \
         an idle poll of all: {} ms",
        Duration::as_millis(&movement),
        Duration::as_millis(&polls)
    );
    drop(program);
    database.discard().await;
}

async fn asks(http: &HttpClient, person: &Person<'_>, url: &str) -> u16 {
    let cookie =
        person.cookies().into_iter().map(|(name, value)| format!("{name}={value}")).collect::<String>();
    let request = http::Request::get(url).header("Cookie", cookie).body(Vec::new()).expect("a request");
    http.send(request).await.expect("a whole answer").status().as_u16()
}
