//! Wrong passwords: waits that grow, that all instances share, and that keep no owner out.

use crate::fixtures::{Answer, Database, Engine, Instance, Person};

on_both_engines![
    waits_begin_after_a_few_wrong_passwords,
    a_right_password_is_not_looked_at_during_a_wait,
    nobody_learns_from_a_wait_who_has_an_account,
    waits_hold_on_every_instance,
    who_comes_to_the_right_password_starts_anew,
    a_wait_is_over_and_by_and_by_forgotten,
    the_owner_comes_in_from_a_browser_that_knows_them,
    a_browser_that_knows_somebody_has_a_count_of_its_own,
    a_browser_knows_whom_it_knew_by_the_old_password_no_more,
    an_address_is_waited_for_whatever_names_are_tried,
    a_class_that_mistypes_waits_for_nobody,
    a_name_that_was_tried_is_not_stored,
    a_sign_up_form_that_is_sent_again_is_no_way_around_the_wait,
];

/// How many are free, as the setting has it.
const FREE: usize = 5;
const MINUTE: i64 = 60_000;

async fn guess(instance: &Instance, name: &str) -> Answer {
    instance.visitor(name).tries_to_log_in("not the password").await
}

/// Whoever sits at this browser knows the password.
async fn tries_to_be(browser: &Person<'_>, name: &str) -> Answer {
    browser.sends("/session", &[("username", name), ("password", Person::PASSWORD)]).await
}

/// Somebody guesses until there is a wait, which then lasts for another ten minutes.
async fn guesses_for_long(instance: &Instance, guesser: &Person<'_>) {
    for _ in 0..=FREE {
        guesser.tries_to_log_in("not the password").await.is(401);
    }
    lasts_for_long(instance).await;
}

/// The latest wait is ten minutes longer.
async fn lasts_for_long(instance: &Instance) {
    let latest = "blocked_until = (select max(blocked_until) from guess)";
    instance
        .executes_sql(&format!(
            "update guess set blocked_until = blocked_until + 10 * {MINUTE} where {latest}"
        ))
        .await;
}

async fn is_guessed_at(instance: &Instance, name: &str) {
    guesses_for_long(instance, &instance.visitor(name)).await;
}

/// So much time goes by.
async fn passes(instance: &Instance, minutes: i64) {
    let span = minutes * MINUTE;
    instance
        .executes_sql(&format!(
            "update guess set forgiven_at = forgiven_at - {span}, blocked_until = blocked_until - {span}"
        ))
        .await;
}

#[track_caller]
fn has_to_wait(answer: &Answer, name: &str) {
    assert_eq!(answer.status, 429, "{answer:?}");
    let seconds: u32 = answer.header("Retry-After").and_then(|text| text.parse().ok()).expect("seconds");
    assert!((1..=900).contains(&seconds), "{seconds}");
    let form = answer.page().form("/session");
    form.complains();
    assert_eq!((form.field("Username").as_str(), form.field("Password").as_str()), (name, ""));
    answer.page().calls_out(&["too many wrong passwords", "try again in"]);
    assert!(answer.header("Set-Cookie").is_none());
}

async fn waits_begin_after_a_few_wrong_passwords(instance: Instance) {
    instance.person("ana").await;
    let bo = instance.person("bo").await;
    is_guessed_at(&instance, "ana").await;
    has_to_wait(&guess(&instance, "ana").await, "ana");
    has_to_wait(&guess(&instance, "ANA").await, "ANA");
    // Others do not wait.
    guess(&instance, "bo").await.is(401);
    bo.without_cookies().logs_in().await;
}

async fn a_right_password_is_not_looked_at_during_a_wait(instance: Instance) {
    instance.person("ana").await;
    is_guessed_at(&instance, "ana").await;
    has_to_wait(&instance.visitor("ana").tries_to_log_in(Person::PASSWORD).await, "ana");
    // Were it looked at, that would fail.
    instance.executes_sql("update account set password_hash = 'broken'").await;
    has_to_wait(&instance.visitor("ana").tries_to_log_in(Person::PASSWORD).await, "ana");
}

async fn nobody_learns_from_a_wait_who_has_an_account(instance: Instance) {
    instance.person("ana").await;
    for name in ["ana", "nobody", "no name at all"] {
        is_guessed_at(&instance, name).await;
        has_to_wait(&guess(&instance, name).await, name);
    }
}

async fn waits_hold_on_every_instance(instance: Instance) {
    let ana = instance.person("ana").await;
    is_guessed_at(&instance, "ana").await;
    let company = if instance.has_company() { Some(instance.another().await) } else { None };
    let other = company.as_ref().unwrap_or(&instance);
    has_to_wait(&guess(other, "ana").await, "ana");
    ana.at(other).logs_in().await;
    for _ in 0..3 {
        guess(other, "bo").await.is(401);
        guess(&instance, "bo").await.is(401);
    }
    lasts_for_long(&instance).await;
    has_to_wait(&guess(&instance, "bo").await, "bo");
}

async fn who_comes_to_the_right_password_starts_anew(instance: Instance) {
    instance.person("ana").await;
    for _ in 0..3 {
        for _ in 0..FREE {
            guess(&instance, "ana").await.is(401);
        }
        instance.visitor("ana").logs_in().await;
    }
}

async fn a_wait_is_over_and_by_and_by_forgotten(instance: Instance) {
    instance.person("ana").await;
    is_guessed_at(&instance, "ana").await;
    passes(&instance, 11).await;
    instance.visitor("ana").logs_in().await;
    is_guessed_at(&instance, "ana").await;
    // Three of the six are forgiven.
    passes(&instance, 46).await;
    for _ in 0..3 {
        guess(&instance, "ana").await.is(401);
    }
}

async fn the_owner_comes_in_from_a_browser_that_knows_them(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    ana.logs_out().await;
    assert!(ana.cookies().contains_key("parlor_browser"), "the browser is still known");
    is_guessed_at(&instance, "ana").await;
    has_to_wait(&tries_to_be(&bo, "ana").await, "ana");
    has_to_wait(&instance.visitor("ana").tries_to_log_in(Person::PASSWORD).await, "ana");
    for _ in 0..2 {
        ana.tries_to_log_in("a slip").await.is(401);
        ana.logs_in().await;
    }
    has_to_wait(&guess(&instance, "ana").await, "ana");
    // A browser of several people knows them all.
    tries_to_be(&ana, "bo").await.lets_in("/rooms");
    for name in ["ana", "bo"] {
        passes(&instance, 24 * 60).await;
        is_guessed_at(&instance, name).await;
        tries_to_be(&ana, name).await.lets_in("/rooms");
    }
}

async fn a_browser_that_knows_somebody_has_a_count_of_its_own(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let phone = ana.in_a_second_browser().await;
    guesses_for_long(&instance, &ana).await;
    has_to_wait(&ana.tries_to_log_in(Person::PASSWORD).await, "ana");
    phone.logs_in().await;
    instance.visitor("ana").logs_in().await;
    // Nor is it bought with a right password of somebody else.
    tries_to_be(&ana, "bo").await.lets_in("/rooms");
    has_to_wait(&ana.tries_to_log_in(Person::PASSWORD).await, "ana");
    bo.logs_in().await;
}

async fn a_browser_knows_whom_it_knew_by_the_old_password_no_more(instance: Instance) {
    let ana = instance.person("ana").await;
    instance.person("bo").await;
    is_guessed_at(&instance, "ana").await;
    ana.logs_in().await;
    // Bo's is the same password in another hash.
    instance
        .executes_sql(
            "update account set password_hash = (select b.password_hash from account b where b.name = 'bo')
             where name = 'ana'",
        )
        .await;
    has_to_wait(&ana.tries_to_log_in(Person::PASSWORD).await, "ana");
}

async fn an_address_is_waited_for_whatever_names_are_tried(instance: Instance) {
    let cookies = instance.person("ana").await.cookies();
    let instance = instance.restart_with("parlor.guesses_per_address", 3).await;
    let ana = instance.visitor("ana");
    ana.carries(cookies);
    for name in ["ada", "bob", "cyd"] {
        guess(&instance, name).await.is(401);
    }
    guess(&instance, "dee").await.is(401);
    lasts_for_long(&instance).await;
    has_to_wait(&instance.visitor("ana").tries_to_log_in(Person::PASSWORD).await, "ana");
    ana.logs_in().await;
    let instance = instance.restart_with("parlor.guesses_per_address", 0).await;
    instance.visitor("ana").logs_in().await;
}

async fn a_class_that_mistypes_waits_for_nobody(instance: Instance) {
    let class = ["ana", "bo", "cy", "dee", "eve", "flo"];
    for name in class {
        instance.person(name).await;
    }
    let instance = instance.restart_with("parlor.guesses_per_address", 3).await;
    for name in class {
        for _ in 0..2 {
            guess(&instance, name).await.is(401);
        }
        instance.visitor(name).logs_in().await;
    }
    instance.visitor("ana").logs_in().await;
}

async fn a_name_that_was_tried_is_not_stored(instance: Instance) {
    guess(&instance, "my-password-in-the-wrong-field").await.is(401);
    assert_eq!(
        instance.query_number("select count(*) from guess").await,
        2,
        "counted for a name and an address"
    );
    assert!(!instance.stores("my-password-in-the-wrong-field").await);
}

async fn a_sign_up_form_that_is_sent_again_is_no_way_around_the_wait(instance: Instance) {
    let again = async |password: &str| {
        let form = [("username", "ana"), ("password", password), ("nonce", "nonce-1")];
        instance.visitor("ana").sends("/accounts", &form).await
    };
    again(Person::PASSWORD).await.lets_in("/rooms");
    for _ in 0..FREE {
        again("not the password").await.is(409);
    }
    again(Person::PASSWORD).await.lets_in("/rooms");
    for _ in 0..=FREE {
        again("not the password").await.is(409);
    }
    lasts_for_long(&instance).await;
    assert!(again(Person::PASSWORD).await.is(429).header("Retry-After").is_some());
    has_to_wait(&guess(&instance, "ana").await, "ana");
}

#[rocket::async_test]
async fn without_waits_nobody_waits() {
    let database = Database::create(Engine::Sqlite).await;
    let settings = Instance::settings(&database).merge(("parlor.guesses_per_account", 0));
    let instance = Instance::with(settings.merge(("parlor.guesses_per_address", 0))).await;
    for _ in 0..3 * FREE {
        guess(&instance, "ana").await.is(401);
    }
    assert_eq!(instance.query_number("select count(*) from guess").await, 0);
    instance.close().await;
    database.discard().await;
}

/// However many come at once: one guess at a name is under way at a time.
#[rocket::async_test]
async fn guesses_at_the_same_moment_are_counted_one_by_one() {
    let database = Database::create(Engine::Sqlite).await;
    let instance = Instance::open(&database).await;
    let answers = rocket::futures::future::join_all((0..40).map(|_| guess(&instance, "ana"))).await;
    let looked_at = answers.iter().filter(|answer| answer.status == 401).count();
    let waiting = answers.iter().filter(|answer| answer.status == 429).count();
    assert_eq!(looked_at + waiting, 40);
    // A second or two may go by meanwhile, and each lets one more through.
    assert!((FREE + 1..FREE + 5).contains(&looked_at), "{looked_at}");
    instance.close().await;
    database.discard().await;
}

/// However many come at once: those that were let through before the first were counted are refused then.
#[rocket::async_test]
async fn guesses_at_many_names_at_the_same_moment_are_counted_for_their_address() {
    let database = Database::create(Engine::Sqlite).await;
    let settings = Instance::settings(&database).merge(("parlor.guesses_per_address", 3));
    let instance = Instance::with(settings).await;
    let names: Vec<String> = (0..20).map(|n| format!("person-{n}")).collect();
    let answers = rocket::futures::future::join_all(names.iter().map(|name| guess(&instance, name))).await;
    let looked_at = answers.iter().filter(|answer| answer.status == 401).count();
    let waiting = answers.iter().filter(|answer| answer.status == 429).count();
    assert_eq!(looked_at + waiting, 20);
    // Some are judged together, and some after a wait of a second or two.
    assert!((4..10).contains(&looked_at), "{looked_at}");
    instance.close().await;
    database.discard().await;
}
