//! Plays a story on a real instance and in the model, and compares every answer.

use proptest::prop_assert_eq;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use rocket::tokio::runtime::Builder;

use crate::fixtures::{self, BEGUN, Engine, Person};

use super::actions::{Action, Deed, From, Place, Story, stories};
use super::comparison::Comparison;
use super::refusal::Refusal;
use super::reply::Reply;

/// How many stories are told in one run (`PROPTEST_CASES` tells more), and how long they get.
const STORIES: u32 = 32;
const LENGTH: usize = 60;

const ROOM_NAMES: [&str; 5] = ["Kitchen", "KITCHEN", "Hall", "Große Küche", "Attic & <b>roof</b>"];

#[test]
fn every_answer_is_as_foretold_on_sqlite() {
    tells_stories(Engine::Sqlite);
}

#[test]
fn every_answer_is_as_foretold_on_postgres() {
    tells_stories(Engine::Postgres);
}

fn tells_stories(engine: Engine) {
    let usual = Config::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { usual.cases } else { STORIES };
    let config = Config { cases, max_shrink_time: 30_000, failure_persistence: None, ..usual };
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let outcome = TestRunner::new(config).run(&stories(LENGTH), |story| {
        runtime
            .block_on(fixtures::check(engine, async |instance| Comparison::new(&instance).play(&story).await))
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

impl Comparison<'_> {
    async fn play(mut self, Story(story): &Story) -> Result<(), TestCaseError> {
        // Two of them are regulars.
        for who in 0..2 {
            let foretold = self.world.sign_up(who, 0);
            assert_eq!(foretold, Ok(()));
            self.browsers[who][0].signs_up().await;
        }
        for (n, action) in story.iter().enumerate() {
            let (foretold, answered) = self.does(*action).await;
            prop_assert_eq!(answered, foretold, "at step {}: {:?}", n + 1, action);
        }
        Ok(())
    }

    /// Does it in both worlds; what the model foretells comes first.
    async fn does(&mut self, Action { who, browser, deed }: Action) -> (Reply, Reply) {
        let by = (who, browser);
        match deed {
            Deed::SignUp | Deed::LogIn | Deed::LogOut => self.comes(by, deed).await,
            Deed::Create { .. }
            | Deed::Join(_)
            | Deed::Move { .. }
            | Deed::Leave(_)
            | Deed::Delete(_)
            | Deed::Dismiss => self.moves(by, deed).await,
            Deed::Post { .. } | Deed::Edit { .. } | Deed::Erase { .. } | Deed::Repeat { .. } => {
                self.sends_something(by, deed).await
            }
            Deed::Poll { place, from, people } => self.polls(by, place, from, people).await,
            Deed::Earlier { place, before } => self.looks_back(by, place, before).await,
            Deed::Later { place, from } => self.looks_forward(by, place, from).await,
            Deed::Tab(deed) => self.does_in_a_tab(by, deed).await,
            Deed::SeeList
            | Deed::SeeRoom(_)
            | Deed::SeePeople(_)
            | Deed::SeeEditForm { .. }
            | Deed::SeeEraseForm { .. } => self.looks(by, deed).await,
        }
    }

    /// Signing up, logging in and out.
    async fn comes(&mut self, (who, browser): (usize, usize), deed: Deed) -> (Reply, Reply) {
        let person = &self.browsers[who][browser];
        match deed {
            Deed::SignUp => {
                let foretold = page(self.world.sign_up(who, browser), &let_in());
                (foretold, Reply::to_page(&person.tries_to_sign_up().await))
            }
            Deed::LogIn if !self.world.is_logged_in(who, browser) => {
                let foretold = page(self.world.log_in(who, browser), &let_in());
                (foretold, Reply::to_page(&person.tries_to_log_in(Person::PASSWORD).await))
            }
            Deed::LogIn => (Reply::Led("/rooms".into()), self.opens(who, browser, "/").await),
            _ => {
                self.world.log_out(who, browser);
                (Reply::Led("/".into()), self.sends(who, browser, "/session/end", &[]).await)
            }
        }
    }

    /// Deeds that change who is where.
    async fn moves(&mut self, (who, browser): (usize, usize), deed: Deed) -> (Reply, Reply) {
        let allowed = self.only_if(self.world.is_logged_in(who, browser));
        match deed {
            Deed::Create { name } => {
                let name = ROOM_NAMES[name % ROOM_NAMES.len()];
                let foretold = allowed.and_then(|()| self.world.create(who, name));
                let answer = self.browsers[who][browser].tries_to_create(name).await;
                if foretold == Ok(self.rooms.len()) {
                    let id =
                        answer.header("Location").and_then(|to| to.strip_prefix("/rooms/")?.parse().ok());
                    self.rooms.push(fixtures::Room { id: id.expect("a room"), name: name.to_owned() });
                }
                (self.led_into(foretold), Reply::to_page(&answer))
            }
            Deed::Join(place) => {
                let room = self.place(who, place);
                let foretold = allowed.and_then(|()| self.world.join(who, room));
                (self.led_into(foretold), self.sends_to(who, browser, room, "/join").await)
            }
            Deed::Move { leaving, to } => {
                let (from, to) = (self.place(who, leaving), self.place(who, to));
                let foretold = allowed.and_then(|()| self.world.move_between(who, from, to));
                let path = self.room(to).path("/join");
                let leaving = self.room(from).id.to_string();
                (self.led_into(foretold), self.sends(who, browser, &path, &[("leaving", &leaving)]).await)
            }
            Deed::Leave(place) => {
                let room = self.place(who, place);
                let foretold = allowed.and_then(|()| self.world.leave(who, room));
                (page(foretold, "/rooms"), self.sends_to(who, browser, room, "/leave").await)
            }
            Deed::Delete(place) => {
                let room = self.place(who, place);
                let foretold = allowed.and_then(|()| self.world.delete(who, room));
                let list = format!("/rooms?deleted={}", self.room(room).id);
                (page(foretold, &list), self.sends_to(who, browser, room, "/delete").await)
            }
            _ => {
                let foretold = allowed.map(|()| self.world.dismiss(who));
                (page(foretold, "/rooms"), self.sends(who, browser, "/notices/dismiss", &[]).await)
            }
        }
    }

    /// Deeds that change nothing.
    async fn looks(&self, (who, browser): (usize, usize), deed: Deed) -> (Reply, Reply) {
        let allowed = self.only_if(self.world.is_logged_in(who, browser));
        let (foretold, path) = match deed {
            Deed::SeeRoom(place) => {
                let room = self.place(who, place);
                (allowed.and_then(|()| self.world.room_page(who, room)), self.room(room).path(""))
            }
            Deed::SeePeople(place) => {
                let room = self.place(who, place);
                (allowed.and_then(|()| self.world.people_in(who, room)), self.room(room).path("/people"))
            }
            Deed::SeeEditForm { place, about } | Deed::SeeEraseForm { place, about } => {
                let (room, deleting) = (self.place(who, place), matches!(deed, Deed::SeeEraseForm { .. }));
                let about = self.number(room, about);
                let verb = if deleting { "delete" } else { "edit" };
                (
                    allowed.and_then(|()| self.world.message_form(who, room, about, deleting)),
                    self.room(room).path(&format!("/messages/{about}/{verb}")),
                )
            }
            _ => (allowed.map(|()| self.world.list(who)), "/rooms".to_owned()),
        };
        (foretold.unwrap_or_else(|refusal| refusal.on_a_page()), self.opens(who, browser, &path).await)
    }

    async fn polls(
        &mut self,
        by: (usize, usize),
        place: Place,
        from: From,
        people: Option<usize>,
    ) -> (Reply, Reply) {
        let (who, browser) = by;
        let room = self.place(who, place);
        let (cursor, text) = self.cursor(room, from);
        let version = people.and_then(|n| self.version(room, n));
        let mut query = format!("?after={text}");
        if let Some((_, version)) = &version {
            query = format!("{query}&people={version}");
        }
        let seen = version.map(|(moved, _)| moved);
        let allowed = self.only_if(self.world.is_logged_in(who, browser));
        let foretold = problem(allowed.and_then(|()| self.world.poll(who, room, cursor, seen)));
        let answer = self.calls(who, browser, room, &query).await;
        self.learns(room, &answer);
        (foretold, Reply::to_call(&answer, true))
    }

    async fn looks_back(&self, by: (usize, usize), place: Place, before: usize) -> (Reply, Reply) {
        let (who, browser) = by;
        let room = self.place(who, place);
        let before = 1 + before as u64 % (self.length(room) as u64 + 2);
        let allowed = self.only_if(self.world.is_logged_in(who, browser));
        let foretold = problem(allowed.and_then(|()| self.world.earlier(who, room, before)));
        let answer = self.calls(who, browser, room, &format!("?before={before}")).await;
        (foretold, Reply::to_call(&answer, true))
    }

    async fn looks_forward(&self, by: (usize, usize), place: Place, from: usize) -> (Reply, Reply) {
        let (who, browser) = by;
        let room = self.place(who, place);
        let from = 1 + from as u64 % (self.length(room) as u64 + 2);
        let allowed = self.only_if(self.world.is_logged_in(who, browser));
        let foretold = problem(allowed.and_then(|()| self.world.later(who, room, from)));
        let answer = self.calls(who, browser, room, &format!("?from={from}")).await;
        (foretold, Reply::to_call(&answer, true))
    }
}

/// Where somebody is led who has just logged in.
fn let_in() -> String {
    format!("{BEGUN}%2Frooms")
}

pub fn page<T>(foretold: Result<T, Refusal>, path: &str) -> Reply {
    foretold.map_or_else(|refusal| refusal.on_a_page(), |_| Reply::Led(path.to_owned()))
}

pub fn problem(foretold: Result<Reply, Refusal>) -> Reply {
    foretold.unwrap_or_else(|refusal| refusal.as_problem())
}
