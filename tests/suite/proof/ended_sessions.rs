//! Tokens of sessions that have ended, sent again to every instance: no write is accepted, and no read once the
//! instance has read of something that happened after the end.

use rocket::tokio::join;

use crate::fixtures::{Database, Engine, Instance, Person, Post, Room, eventually};

on_both_engines![a_few_ended_sessions_are_refused];

/// How many sessions each person has; the first of them ends the others.
const BROWSERS: usize = 26;

#[derive(Clone, Copy, Debug)]
enum End {
    LoggedOut,
    Ended,
    AllOthersEnded,
    PasswordChanged,
    Barred,
}

const ENDS: [End; 5] = [End::LoggedOut, End::Ended, End::AllOthersEnded, End::PasswordChanged, End::Barred];

/// Who looks after the site, in a room where somebody else comes and goes: by that can be told how far an instance has
/// read in the event log.
struct Witness<'i> {
    instance: &'i Instance,
    admin: Person<'i>,
    neighbour: Person<'i>,
    room: Room,
}

impl<'i> Witness<'i> {
    /// The first account is the admin's.
    async fn of(instance: &'i Instance) -> Self {
        let admin = instance.person("admin").await;
        let room = admin.creates("Porch").await;
        admin.says(&room, "so that there is something to read").await;
        Self { instance, admin, neighbour: instance.person("neighbour").await, room }
    }

    /// Appends to the event log; says the version of the people by which that is known.
    async fn event(&self) -> String {
        self.neighbour.joins(&self.room).await;
        self.neighbour.leaves(&self.room).await;
        self.admin.enters_page_of(&self.room).await.version()
    }

    /// Waits until an instance has read up to an event.
    async fn sees(&self, instance: &Instance, version: &str) {
        let here = self.admin.at(instance);
        let has_read =
            async || here.sees_after(&self.room, "0").await.people.is_some_and(|seen| seen == version);
        eventually("it has read of a later event", has_read).await;
    }

    async fn bars(&self, name: &str) {
        let account =
            self.instance.query_number(&format!("select id from account where name = '{name}'")).await;
        let fields = [("account", account.to_string())];
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        self.admin.sends("/admin/people/bar", &fields).await.leads_to("/admin");
    }
}

async fn a_few_ended_sessions_are_refused(instance: Instance) {
    let other = if instance.has_company() { Some(instance.another().await) } else { None };
    let instances: Vec<&Instance> = [Some(&instance), other.as_ref()].into_iter().flatten().collect();
    let witness = Witness::of(&instance).await;
    for (n, end) in ENDS.into_iter().enumerate() {
        assert_eq!(replay(&instances, &witness, &format!("ana-{n}"), 4, end).await, [0, 0], "{end:?}");
    }
}

#[rocket::async_test]
#[ignore = "long: tests/prove ended_sessions"]
async fn ten_thousand_ended_sessions_are_refused() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let database = Database::create(engine).await;
        let settings = Instance::settings(&database).merge(("parlor.guesses_per_address", 0));
        let instance = Instance::with(settings).await;
        let other = if instance.has_company() { Some(instance.another().await) } else { None };
        let instances: Vec<&Instance> = [Some(&instance), other.as_ref()].into_iter().flatten().collect();
        let witness = Witness::of(&instance).await;
        let (mut ended, mut accepted) = (0, [0, 0]);
        for n in 0..5_000 / (BROWSERS - 1) {
            let end = ENDS[n % ENDS.len()];
            let [writes, reads] = replay(&instances, &witness, &format!("person-{n}"), BROWSERS, end).await;
            accepted = [accepted[0] + writes, accepted[1] + reads];
            ended += BROWSERS - 1;
        }
        eprintln!(
            "{engine:?}: {ended} ended sessions on {} instances; accepted: {} writes, {} reads after a later event",
            instances.len(),
            accepted[0],
            accepted[1]
        );
        assert_eq!(accepted, [0, 0]);
        drop((witness, other));
        instance.close().await;
        database.discard().await;
    }
}

/// Has somebody log in from many browsers, which every instance gets to know; ends all sessions, but mostly not the
/// first; sends their tokens again. Says how many writes and reads were accepted.
async fn replay(
    instances: &[&Instance],
    witness: &Witness<'_>,
    name: &str,
    browsers: usize,
    end: End,
) -> [usize; 2] {
    let first = instances[0].person(name).await;
    let room = first.creates(&format!("Room of {name}")).await;
    let mut others = Vec::new();
    for _ in 1..browsers {
        others.push(first.in_a_second_browser().await);
    }
    for instance in instances {
        for browser in &others {
            browser.at(instance).polls(&room, "0").await.says_nothing();
        }
    }
    end_all(&first, &others, end, witness).await;
    let mut accepted = [0, 0];
    for instance in instances {
        for browser in &others {
            accepted[0] += usize::from(writes(&browser.at(instance), &room).await);
        }
    }
    let later = witness.event().await;
    for instance in instances {
        witness.sees(instance, &later).await;
        for browser in &others {
            accepted[1] += usize::from(reads(&browser.at(instance), &room).await);
        }
    }
    accepted
}

async fn end_all(first: &Person<'_>, others: &[Person<'_>], end: End, witness: &Witness<'_>) {
    match end {
        End::Barred => witness.bars(&first.name).await,
        End::LoggedOut => {
            for browser in others {
                // A log-out takes the cookies of its browser.
                let cookies = browser.cookies();
                browser.logs_out().await;
                browser.carries(cookies);
            }
        }
        End::Ended => {
            let page = first.opens("/account").await.page();
            let forms = page.elements().into_iter().filter_map(|element| element.attribute("action"));
            for action in forms.filter(|action| action.starts_with("/account/") && action.contains("/end?")) {
                first.sends(action, &[]).await.is(303);
            }
        }
        End::AllOthersEnded => {
            first.sends("/account/sessions/end-others", &[]).await.is(303);
        }
        End::PasswordChanged => {
            let fields = [("old_password", Person::PASSWORD), ("new_password", "seven green umbrellas")];
            first.sends("/account/password", &fields).await.is(303);
        }
    }
}

async fn writes(browser: &Person<'_>, room: &Room) -> bool {
    let cookies = browser.cookies();
    let post = Post::new("too late");
    let (post, form) =
        join!(browser.tries_to_post(room, &post), browser.tries_to_say_by_form(room, "too late"));
    browser.carries(cookies);
    let made = browser.tries_to_create("Too late").await;
    [post, form, made].iter().any(|answer| answer.status != 401)
}

async fn reads(browser: &Person<'_>, room: &Room) -> bool {
    let (poll, list) = join!(browser.polls(room, "0"), browser.opens("/rooms"));
    let page = browser.opens(&room.path("")).await;
    [poll, list, page].iter().any(|answer| answer.status != 401)
}
