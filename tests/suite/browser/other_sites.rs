//! Pages of other sites, met by somebody who is logged in here: forms, scripts and frames get nothing done.

use std::net::SocketAddr;

use rocket::tokio;
use rocket::tokio::io::{AsyncReadExt, AsyncWriteExt};
use rocket::tokio::net::TcpListener;
use serde_json::json;

use crate::fixtures::chromium::{Person, Stage};

in_chromium_on_both_engines![pages_of_other_sites_get_nothing_done];

/// Every form of ours, filled in by somebody else; `ROOM` is where ana is.
const FORMS: [(&str, &str); 12] = [
    ("/rooms", "name=Forged"),
    ("/rooms/ROOM/post", "body=forged&nonce=forged-1"),
    ("/rooms/ROOM/leave", ""),
    ("/rooms/ROOM/join", ""),
    ("/rooms/ROOM/delete", ""),
    ("/rooms/ROOM/delete", "_method=get"),
    ("/notices/dismiss", ""),
    ("/accounts", "username=forged&password=correct horse battery"),
    ("/session", "username=ana&password=not the password"),
    ("/session/end", ""),
    ("/account/sessions/end-others", ""),
    ("/account/password", "old_password=correct horse battery&new_password=forged by others"),
];

/// What a page of another site tries, in a script. It says when it is done.
const SCRIPT: &str = "
    const JSON_POST = '{\"body\":\"forged\",\"nonce\":\"forged-2\"}';
    const credentials = 'include';
    const tries = [];
    for (const [path, fields] of FORMS) {
        const body = new URLSearchParams(fields);
        for (const mode of ['no-cors', 'cors']) tries.push(fetch(PARLOR + path, { method: 'POST', mode, credentials, body }));
        tries.push(Promise.resolve(navigator.sendBeacon(PARLOR + path, body)));
    }
    for (const type of ['text/plain', 'application/json']) {
        for (const mode of ['no-cors', 'cors']) {
            const headers = { 'Content-Type': type };
            tries.push(fetch(`${PARLOR}/api/rooms/ROOM/messages`, { method: 'POST', mode, credentials, headers, body: JSON_POST }));
        }
    }
    for (const [path] of FORMS) {
        const picture = new Image();
        tries.push(new Promise((done) => { picture.onload = picture.onerror = done; }));
        picture.src = PARLOR + path;
    }
    const answers = await Promise.allSettled(tries);
    // To whoever may not read it, an answer is opaque.
    const read = answers.filter(({ value }) => value instanceof Response && value.type !== 'opaque');
    document.title = read.length === 0 ? 'done' : 'has read an answer';
";

/// A form that sends itself, as somebody else's page has it; in a sandboxed frame its origin is `null`.
const FORM: &str = "
    const [path, fields] = FORMS[Number(location.hash.slice(1))];
    const form = document.createElement('form');
    [form.method, form.action] = ['post', PARLOR + path];
    for (const [name, value] of new URLSearchParams(fields)) {
        const input = Object.assign(document.createElement('input'), { type: 'hidden', name, value });
        form.append(input);
    }
    document.body.append(form);
    // Once the page is there, so that a frame has been loaded twice when it has its answer.
    addEventListener('load', () => setTimeout(() => form.submit()));
";

/// All of them from frames without an origin, which say when they have been answered.
const FRAMES: &str = "
    const answered = FORMS.map((form, at) => new Promise((done) => {
        const frame = document.createElement('iframe');
        frame.sandbox = 'allow-forms allow-scripts';
        let loads = 0;
        frame.onload = () => { if (++loads === 2) done(); };
        frame.src = `/form#${at}`;
        document.body.append(frame);
    }));
    await Promise.all(answered);
    document.title = 'done';
";

/// Another site: by the same name on another port, or by another name.
async fn other_site(parlor: &str, room: u64) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let forms = json!(FORMS).to_string();
    let page = move |script: &str, parlor: &str| {
        let script = script.replace("FORMS", &forms).replace("PARLOR", &json!(parlor).to_string());
        let script = script.replace("ROOM", &room.to_string());
        format!("<!DOCTYPE html><title>…</title><body><script type=module>{script}</script>")
    };
    let parlor = parlor.to_owned();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 4096];
            let length = stream.read(&mut request).await.unwrap_or(0);
            let request = String::from_utf8_lossy(&request[..length]).into_owned();
            let script = match request.split(' ').nth(1) {
                Some("/script") => SCRIPT,
                Some("/frames") => FRAMES,
                _ => FORM,
            };
            let body = page(script, &parlor);
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close";
            let answer = format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    address
}

async fn pages_of_other_sites_get_nothing_done(stage: &Stage) {
    let ana = stage.person("ana").await;
    let room = ana.creates("Kitchen").await;
    ana.says_and_sees("mine").await;
    let site = other_site(&ana.url(""), room.id).await;
    stage.expects_complaints();
    // Of the same site, whose requests carry the cookies, and of another.
    for host in ["127.0.0.1", "localhost"] {
        let site = format!("http://{host}:{}", site.port());
        for page in ["script", "frames"] {
            ana.goes_to(&format!("{site}/{page}")).await;
            ana.waits_until("document.title === 'done'").await;
        }
        for (at, form) in FORMS.into_iter().enumerate() {
            ana.goes_to(&format!("{site}/form#{at}")).await;
            is_refused(&ana, form).await;
        }
    }
    ana.forgets_console().await;
    ana.opens("/rooms").await;
    ana.is_offered("Return to Kitchen").await;
    assert_eq!(ana.evaluates("$$('.room-item').length").await, 1);
    ana.opens(&room.path("")).await;
    ana.is_in(&room).await;
    assert_eq!(ana.bodies().await, ["mine"]);
}

async fn is_refused(ana: &Person, (path, fields): (&str, &str)) {
    ana.waits_until("document.title.endsWith('Parlor')").await;
    let text = ana.evaluates("document.body.innerText").await;
    // A GET, which is what a form can make of its POST, leads to the page of the form.
    let refused = text.as_str().is_some_and(|text| text.contains("sent from another site"));
    assert!(refused || fields.contains("_method"), "{path}: {text}");
}
