//! How people come in: open, by invitation, or not at all; and new passwords by a link.

use rocket::futures::future::join_all;
use rocket::http::Method;

use crate::fixtures::{Answer, Instance, Person};

on_both_engines![
    who_comes_in_is_chosen_on_the_page,
    the_settings_have_the_last_word,
    an_invitation_lets_in_as_many_as_it_says,
    an_invitation_survives_an_error_in_the_form,
    an_invitation_leads_nowhere_while_sign_up_is_closed,
    a_link_sets_a_new_password_once,
    links_end_with_the_right_of_whoever_made_them,
    who_becomes_an_admin_has_no_link_any_more,
    whom_a_site_keeps_out_learns_no_names,
    whoever_has_a_link_to_nothing_is_told,
    a_page_with_a_token_keeps_it,
];

async fn chooses(admin: &Person<'_>, sign_up: &str) {
    admin.sends("/admin/sign-up", &[("sign_up", sign_up)]).await.leads_to("/admin/sign-up");
}

/// The address of a new invitation.
async fn invites(admin: &Person<'_>, uses: &str) -> String {
    let page = admin.sends("/admin/invitations", &[("uses", uses)]).await.is(200).page();
    page.link("/invitations/").expect("a link")
}

/// The address of a link to a new password.
async fn makes_link(admin: &Person<'_>, account: &str) -> String {
    let page = admin.sends("/admin/people/password-link", &[("account", account)]).await.is(200).page();
    page.link("/password-reset/").expect("a link")
}

fn token(address: &str) -> &str {
    address.rsplit('/').next().expect("a token")
}

async fn signs_up_with(person: &Person<'_>, address: &str, password: &str) -> Answer {
    let fields = [("username", &*person.name), ("password", password), ("invitation", token(address))];
    person.sends("/accounts", &fields).await
}

async fn who_comes_in_is_chosen_on_the_page(instance: Instance) {
    let ana = instance.person("ana").await;
    let cy = instance.visitor("cy");
    for (sign_up, word) in [("invited", "invitation"), ("closed", "No accounts")] {
        chooses(&ana, sign_up).await;
        let page = cy.opens("/").await.is(200).page();
        assert!(page.find_form("/accounts").is_none() && page.find_form("/session").is_some());
        cy.tries_to_sign_up().await.refuses(403).calls_out(&[word]);
        ana.in_a_second_browser().await;
    }
    ana.sends("/admin/sign-up", &[("sign_up", "ajar")]).await.refuses(422);
    chooses(&ana, "open").await;
    assert!(cy.opens("/").await.page().find_form("/accounts").is_some());
    cy.signs_up().await;
}

/// But the first account can be made, or nobody could ever invite anybody.
async fn the_settings_have_the_last_word(instance: Instance) {
    let instance = instance.restart_with("parlor.sign_up", "invited").await;
    assert!(instance.visitor("ana").opens("/").await.page().find_form("/accounts").is_some());
    let ana = instance.person("ana").await;
    chooses(&ana, "open").await;
    instance.visitor("cy").tries_to_sign_up().await.refuses(403);
    let page = ana.opens("/admin/sign-up").await.is(200).page().text();
    assert!(page.contains("settings say so"), "{page}");
}

async fn an_invitation_lets_in_as_many_as_it_says(instance: Instance) {
    let ana = instance.person("ana").await;
    chooses(&ana, "invited").await;
    let address = invites(&ana, "2").await;
    assert!(!instance.stores(token(&address)).await, "only its hash is kept");
    let people = ["bo", "cy", "dee", "eve"].map(|name| instance.visitor(name));
    let answers = join_all(people.iter().map(|one| signs_up_with(one, &address, Person::PASSWORD))).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 303, 410, 410]);
    assert_eq!(instance.query_number("select count(*) from account").await, 3);
    let other = invites(&ana, "1").await;
    let id = instance.query_number("select max(id) from invitation").await.to_string();
    ana.sends("/admin/invitations/revoke", &[("invitation", &id)]).await.leads_to("/admin/sign-up");
    let fay = instance.visitor("fay");
    fay.opens(&other).await.refuses(410);
    signs_up_with(&fay, &other, Person::PASSWORD).await.refuses(410);
    let expired = invites(&ana, "1").await;
    instance.executes_sql("update invitation set expires_at = 1").await;
    fay.opens(&expired).await.refuses(410);
    signs_up_with(&fay, &expired, Person::PASSWORD).await.refuses(410);
    for _ in 0..101 {
        drop(invites(&ana, "1").await);
    }
    let latest = ana.opens("/admin/sign-up").await.is(200).page();
    let earlier = latest.link("Earlier").expect("a link");
    let earlier = ana.opens(&earlier).await.is(200).page();
    assert_eq!((latest.items().len(), earlier.items().len()), (100, 1), "each can be revoked");
    for wrong in ["0", "1001", "many", ""] {
        ana.sends("/admin/invitations", &[("uses", wrong)]).await.refuses(422);
    }
}

async fn an_invitation_survives_an_error_in_the_form(instance: Instance) {
    let ana = instance.person("ana").await;
    chooses(&ana, "invited").await;
    let (address, bo) = (invites(&ana, "1").await, instance.visitor("bo"));
    let form = bo.opens(&address).await.is(200).page().form("/accounts");
    assert_eq!(form.hidden("invitation"), token(&address));
    let again = signs_up_with(&bo, &address, "short").await.refuses(422).form("/accounts");
    again.complains();
    assert_eq!(
        (again.hidden("invitation").as_str(), again.field("Username").as_str()),
        (token(&address), "bo")
    );
    signs_up_with(&bo, &address, Person::PASSWORD).await.lets_in("/rooms");
    bo.opens(&address).await.leads_to("/rooms");
}

async fn an_invitation_leads_nowhere_while_sign_up_is_closed(instance: Instance) {
    let ana = instance.person("ana").await;
    let (address, bo) = (invites(&ana, "1").await, instance.visitor("bo"));
    let is_told = async |address: &str| {
        let page = bo.opens(address).await.refuses(403);
        assert!(page.text().contains("No accounts can be created") && page.find_form("/accounts").is_none());
    };
    chooses(&ana, "closed").await;
    is_told(&address).await;
    bo.opens("/invitations/1").await.refuses(410);
    chooses(&ana, "invited").await;
    bo.opens(&address).await.is(200).page().form("/accounts");
    let instance = instance.restart_with("parlor.sign_up", "closed").await;
    let page = instance.visitor("bo").opens(&address).await.refuses(403);
    assert!(page.text().contains("No accounts can be created"));
}

async fn a_link_sets_a_new_password_once(instance: Instance) {
    const NEW: &str = "a battery of horses";
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    let (void, address) = (makes_link(&ana, "2").await, makes_link(&ana, "2").await);
    let (void, fresh) = (token(&void), token(&address));
    assert!(!instance.stores(fresh).await, "only its hash is kept");
    let browser = instance.visitor("bo");
    let sets = async |token: &str, password: &str| {
        browser.sends("/password-reset", &[("token", token), ("password", password)]).await
    };
    assert!(browser.opens(&address).await.is(200).page().text().contains("bo"));
    sets(void, NEW).await.refuses(410);
    let form = sets(fresh, "password").await.refuses(422).form("/password-reset");
    assert_eq!(form.complains().hidden("token"), fresh);
    bo.opens("/rooms").await.is(200);
    // Bo has tried what the old one might have been, and would now have to wait.
    for _ in 0..6 {
        browser.tries_to_log_in("not the password").await.is(401);
    }
    let latest = "blocked_until = (select max(blocked_until) from guess)";
    let longer = format!("update guess set blocked_until = blocked_until + 600000 where {latest}");
    instance.executes_sql(&longer).await;
    sets(fresh, NEW).await.leads_to("/password-reset/done");
    browser.opens("/password-reset/done").await.is(200);
    bo.opens("/rooms").await.is(401);
    sets(fresh, "yet another battery").await.refuses(410);
    browser.opens(&address).await.refuses(410);
    browser.tries_to_log_in(Person::PASSWORD).await.is(401);
    browser.tries_to_log_in(NEW).await.lets_in("/rooms");
}

async fn links_end_with_the_right_of_whoever_made_them(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.person("bo").await);
    drop((instance.person("cy").await, instance.person("dee").await));
    let (visitor, bo_is) = (instance.visitor("eve"), [("account", "2")]);
    let does = async |deed: &str| {
        ana.sends(&format!("/admin/people/{deed}"), &bo_is).await.leads_to("/admin");
    };
    chooses(&ana, "invited").await;
    let (anas_link, anas_invitation) = (makes_link(&ana, "4").await, invites(&ana, "1").await);
    for (deed, mended) in [("unname-admin", None), ("bar", Some("lift-bar"))] {
        does("name-admin").await;
        // The second is one that ana had made, and bo makes anew.
        drop(makes_link(&ana, "3").await);
        let links = [makes_link(&bo, "3").await, invites(&bo, "5").await];
        for link in &links {
            visitor.opens(link).await.is(200);
        }
        does(deed).await;
        if let Some(mended) = mended {
            does(mended).await;
        }
        for link in &links {
            visitor.opens(link).await.refuses(410);
        }
        let fields = [("token", token(&links[0])), ("password", "a battery of horses")];
        visitor.sends("/password-reset", &fields).await.refuses(410);
        signs_up_with(&visitor, &links[1], Person::PASSWORD).await.refuses(410);
    }
    for link in [anas_link, anas_invitation] {
        visitor.opens(&link).await.is(200);
    }
}

/// Or whoever made it could come in as an admin, and be taken for another.
async fn who_becomes_an_admin_has_no_link_any_more(instance: Instance) {
    let ana = instance.person("ana").await;
    drop(instance.person("bo").await);
    let (address, visitor) = (makes_link(&ana, "2").await, instance.visitor("bo"));
    visitor.opens(&address).await.is(200);
    ana.sends("/admin/people/name-admin", &[("account", "2")]).await.leads_to("/admin");
    visitor.opens(&address).await.refuses(410);
    let fields = [("token", token(&address)), ("password", "a battery of horses")];
    visitor.sends("/password-reset", &fields).await.refuses(410);
}

/// Those whose names are taken are told as those whose are free: nobody learns who has an account.
async fn whom_a_site_keeps_out_learns_no_names(instance: Instance) {
    let instance = instance.restart_with("parlor.admins", ["ana"]).await;
    let (ana, outside) = (instance.person("ana").await, instance.visitor("eve"));
    // In Latin letters; in Cyrillic ones it looks the same.
    drop(instance.person("coc").await);
    let tries = async |name: &str, invitation: Option<&str>| {
        let mut fields = vec![("username", name), ("password", Person::PASSWORD)];
        fields.extend(invitation.map(|token| ("invitation", token)));
        outside.sends("/accounts", &fields).await.status
    };
    let no_token = "0".repeat(64);
    for (sign_up, status) in [("closed", [403, 403]), ("invited", [403, 410])] {
        chooses(&ana, sign_up).await;
        for name in ["ana", "Ana", "coc", "сос", "zoe"] {
            let answers = [tries(name, None).await, tries(name, Some(&no_token)).await];
            assert_eq!(answers, status, "{sign_up}: {name}");
        }
    }
    let address = invites(&ana, "1").await;
    assert_eq!(tries("ana", Some(token(&address))).await, 409, "but those who are invited may know");
}

async fn whoever_has_a_link_to_nothing_is_told(instance: Instance) {
    let ana = instance.person("ana").await;
    let cy = instance.visitor("cy");
    for token in ["1", &"0".repeat(64), "%C3%A9"] {
        cy.opens(&format!("/invitations/{token}")).await.refuses(410);
        cy.opens(&format!("/password-reset/{token}")).await.refuses(410);
    }
    drop(instance.person("bo").await);
    let address = makes_link(&ana, "2").await;
    instance.executes_sql("update password_link set expires_at = 1").await;
    cy.opens(&address).await.refuses(410);
    let fields = [("token", token(&address)), ("password", Person::PASSWORD)];
    cy.sends("/password-reset", &fields).await.refuses(410);
}

async fn a_page_with_a_token_keeps_it(instance: Instance) {
    let (ana, bo) = (instance.person("ana").await, instance.visitor("bo"));
    chooses(&ana, "invited").await;
    let address = invites(&ana, "1").await;
    let shown = bo.asks(Method::Get, &address).header("Accept-Encoding", "gzip").send().await.is(200);
    let fields = [("username", "bo"), ("password", "short"), ("invitation", token(&address))];
    let again =
        bo.asks(Method::Post, "/accounts").header("Accept-Encoding", "gzip").form(&fields).send().await;
    let search = ana.asks(Method::Get, "/admin?beginning=invitation").header("Accept-Encoding", "gzip");
    let search = search.send().await.is(200);
    let new = ana.asks(Method::Post, "/admin/invitations").header("Accept-Encoding", "gzip");
    let new = new.form(&[("uses", "1")]).send().await;
    for answer in [shown, again, search, new] {
        assert!(answer.body.contains("invitation"), "{answer:?}");
        assert_eq!(answer.header("Content-Encoding"), None, "{answer:?}");
        assert_eq!(answer.header("Referrer-Policy"), Some("strict-origin"), "{answer:?}");
        assert_eq!(answer.header("Cache-Control"), Some("no-store"), "{answer:?}");
    }
}
