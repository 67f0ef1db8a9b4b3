//! Leaving a room while its page is at work: the answer to the form says where to go, and nothing else does.

use rocket::tokio::join;
use rocket::tokio::task::spawn_blocking;

use crate::fixtures::chromium::{HoldingProxy, Person, Stage};

in_chromium![
    leaving_leads_to_the_list_though_a_poll_is_refused_first,
    logging_out_leads_to_the_welcome_though_a_poll_is_refused_first,
];

async fn leaving_leads_to_the_list_though_a_poll_is_refused_first(stage: &Stage) {
    let proxy = stage.holding_proxy("/leave");
    let ana = stage.visitor_through(&proxy, "ana").await;
    ana.signs_up().await;
    let room = ana.creates("Kitchen").await;
    ana.expects_failure(&room.api(""), "403");
    presses_and_waits_long(&ana, "Leave", proxy).await;
    ana.is_at("/rooms").await;
    ana.is_offered("New room").await;
}

async fn logging_out_leads_to_the_welcome_though_a_poll_is_refused_first(stage: &Stage) {
    let proxy = stage.holding_proxy("/session/end");
    let ana = stage.visitor_through(&proxy, "ana").await;
    ana.signs_up().await;
    let room = ana.creates("Kitchen").await;
    ana.expects_failure(&room.api(""), "401");
    presses_and_waits_long(&ana, "Log out", proxy).await;
    ana.is_at("/").await;
    ana.is_offered("Log in").await;
}

/// The driver waits for a page that is on its way, and so the proxy must be watched meanwhile.
async fn presses_and_waits_long(ana: &Person, button: &str, proxy: HoldingProxy) {
    let watch = spawn_blocking(move || proxy.releases_once_others_are_refused());
    let ((), watched) = join!(ana.presses(button), watch);
    watched.expect("an answer to hold");
}
