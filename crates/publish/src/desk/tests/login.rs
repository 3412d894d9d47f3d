//! Getting in, staying in, getting out.

use std::net::SocketAddr;

use axum::extract::ConnectInfo;
use axum::http::Request;
use chrono::Duration;
use totp_rs::{Builder, Secret};

use super::{Desk, PASSWORD, fields, form, page};
use crate::testing::{NOW, at};

#[tokio::test]
async fn a_session_cookie_is_for_this_host_over_tls_and_no_script() {
    let desk = Desk::open().await;
    let answer = desk.try_login("Li", PASSWORD, "").await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/desk"));
    let (pair, flags) = answer.header("set-cookie").split_once("; ").unwrap();
    assert_eq!(flags, "Path=/; HttpOnly; SameSite=Strict; Secure");
    let secret = pair.strip_prefix("__Host-limpid_desk=").unwrap();
    assert!(secret.len() == 64 && secret.bytes().all(|byte| byte.is_ascii_hexdigit()), "256 bits: {secret}");
    let other = desk.login("Li").await;
    assert!(!other.cookie.ends_with(secret), "each login has a session of its own");
    let kept = desk.service.journal.desk().sessions("Li").await.unwrap();
    assert!(kept.len() == 2 && kept.iter().all(|one| super::super::session::hex(&one.id) != secret), "kept as a hash");
}

#[tokio::test]
async fn a_login_begins_a_new_session_and_ends_the_one_before() {
    let desk = Desk::open().await;
    let planted = "__Host-limpid_desk=0000000000000000000000000000000000000000000000000000000000000000";
    let body = || fields(&[("name", "Li"), ("password", PASSWORD)]);
    let answer = desk.ask(form("/desk/login").header("cookie", planted), body()).await;
    let first = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    assert_ne!(first, planted, "what somebody put into the browser is not taken over");
    assert_eq!(desk.ask(page("/desk").header("cookie", planted), String::new()).await.status, 303);
    assert_eq!(desk.ask(page("/desk").header("cookie", &first), String::new()).await.status, 200);
    desk.ask(form("/desk/login").header("cookie", &first), body()).await;
    assert_eq!(desk.ask(page("/desk").header("cookie", &first), String::new()).await.status, 303);
}

#[tokio::test]
async fn an_unknown_name_and_a_wrong_password_are_told_alike() {
    let desk = Desk::open().await;
    let wrong = desk.try_login("Li", "wrong horse battery", "").await;
    let unknown = desk.try_login("Nobody", PASSWORD, "").await;
    // The account is there, and the pipeline does not name it.
    desk.account("Gone", false).await;
    let gone = desk.try_login("Gone", PASSWORD, "").await;
    assert_eq!([wrong.status, unknown.status, gone.status].map(|one| one.as_u16()), [403; 3]);
    assert_eq!((wrong.text(), unknown.text()), (unknown.text(), gone.text()));
    assert!(wrong.header("set-cookie").is_empty());
    let failed = |who: &str| (who.to_owned(), "login_failed".to_owned());
    assert_eq!(desk.acts().await, [failed(""), failed(""), failed("Li")], "no name that may be a password");
}

#[tokio::test]
async fn guessing_is_locked_out_for_known_and_unknown_names_alike() {
    let desk = Desk::open().await;
    for name in ["Li", "Nobody"] {
        for _ in 0..5 {
            assert_eq!(desk.try_login(name, "wrong horse battery", "").await.status, 403);
        }
        let locked = desk.try_login(name, PASSWORD, "").await;
        assert_eq!((locked.status.as_u16(), locked.header("retry-after")), (429, "31"), "the right one too");
    }
    assert_eq!(desk.try_login("Wang", PASSWORD, "").await.status, 303, "others get in");
    desk.service.set_now(at(NOW) + Duration::seconds(31));
    assert_eq!(desk.try_login("Li", PASSWORD, "").await.status, 303);
}

#[tokio::test]
async fn a_session_ends_when_it_is_idle_and_after_half_a_day() {
    let desk = Desk::open().await;
    let browser = desk.login("Li").await;
    let status_after = async |minutes: i64| {
        desk.service.set_now(at(NOW) + Duration::minutes(minutes));
        browser.get("/desk").await.status.as_u16()
    };
    assert_eq!([status_after(29).await, status_after(58).await, status_after(87).await], [200; 3], "used");
    assert_eq!([status_after(118).await, status_after(119).await], [303; 2], "31 minutes idle, and gone for good");
    desk.service.set_now(at(NOW));
    let browser = desk.login("Li").await;
    for minutes in (20..720).step_by(20) {
        desk.service.set_now(at(NOW) + Duration::minutes(minutes));
        assert_eq!(browser.get("/desk").await.status, 200, "{minutes}");
    }
    desk.service.set_now(at(NOW) + Duration::minutes(720));
    assert_eq!(browser.get("/desk").await.status, 303);
}

#[tokio::test]
async fn logging_out_ends_the_session_on_both_sides() {
    let desk = Desk::open().await;
    let (browser, other) = (desk.login("Li").await, desk.login("Li").await);
    let out = browser.post("/desk/logout", &[]).await;
    assert_eq!((out.status.as_u16(), out.header("location")), (303, "/desk/login"));
    assert!(out.header("set-cookie").contains("limpid_desk=;") && out.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(browser.get("/desk").await.status, 303, "a copy of the cookie opens nothing");
    assert_eq!(other.get("/desk").await.status, 200);
}

#[tokio::test]
async fn other_sessions_are_listed_and_ended() {
    let desk = Desk::open().await;
    let (one, two, three) = (desk.login("Li").await, desk.login("Li").await, desk.login("Li").await);
    let wang = desk.login("Wang").await;
    let page = one.get("/desk/account?lang=en").await;
    assert_eq!(page.text().matches("name=\"end\" value=").count(), 3, "two others, and all others");
    let id = page.text().split("name=\"end\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(wang.post("/desk/account/sessions", &[("end", &id)]).await.status, 404, "not one of another");
    one.post("/desk/account/sessions", &[("end", &id)]).await;
    assert_eq!(desk.service.journal.desk().sessions("Li").await.unwrap().len(), 2);
    one.post("/desk/account/sessions", &[("end", "others")]).await;
    let statuses = [one.get("/desk").await, two.get("/desk").await, three.get("/desk").await];
    assert_eq!(statuses.map(|answer| answer.status.as_u16()), [200, 303, 303]);
    assert_eq!(wang.get("/desk").await.status, 200);
}

#[tokio::test]
async fn a_password_is_changed_with_the_present_one_and_other_sessions_end() {
    let desk = Desk::open().await;
    let (one, two) = (desk.login("Li").await, desk.login("Li").await);
    let new = "river stone under snow";
    let change = async |own: &str, new: &str| {
        one.post("/desk/account/password", &[("password", own), ("new", new)]).await.status.as_u16()
    };
    assert_eq!(change("wrong horse battery", new).await, 422);
    assert_eq!(change(PASSWORD, "short").await, 422);
    assert_eq!(change(PASSWORD, "Password1234").await, 422);
    assert_eq!(change(PASSWORD, PASSWORD).await, 422);
    assert_eq!(change(PASSWORD, new).await, 303);
    assert_eq!((one.get("/desk").await.status.as_u16(), two.get("/desk").await.status.as_u16()), (200, 303));
    assert_eq!(desk.try_login("Li", PASSWORD, "").await.status, 403);
    assert_eq!(desk.try_login("Li", new, "").await.status, 303);
    let acts: Vec<String> = desk.acts().await.into_iter().map(|(_, act)| act).collect();
    assert!(acts.contains(&"password_changed".to_owned()) && acts.contains(&"password_wrong".to_owned()), "{acts:?}");
}

#[tokio::test]
async fn a_password_that_another_set_must_be_changed_first() {
    let desk = Desk::open().await;
    desk.account("Li", true).await;
    let browser = desk.login("Li").await;
    let home = browser.get("/desk").await;
    assert_eq!((home.status.as_u16(), home.header("location")), (303, "/desk/account"));
    assert_eq!(browser.get("/desk/account").await.status, 200);
    browser.post("/desk/account/password", &[("password", PASSWORD), ("new", "river stone under snow")]).await;
    assert_eq!(browser.get("/desk").await.status, 200);
}

/// Codes are made by the library here; its codes are held to RFC 6238 in `second`.
fn code(secret: &str, seconds: i64) -> String {
    let totp =
        Builder::new().with_secret(Secret::try_from_base32(secret).unwrap()).with_account_name("x").build().unwrap();
    totp.generate(seconds.try_into().unwrap()).to_string()
}

#[tokio::test]
async fn a_second_factor_is_asked_for_and_a_code_is_good_once() {
    let people = "[desk]\nenabled = true\n[[officer]]\nname = \"Li\"\nroles = [\"editor\"]\n";
    let desk = Desk::with(people).await;
    let browser = desk.login("Li").await;
    assert_eq!(browser.get("/desk").await.header("location"), "/desk/account", "one must be set up first");
    let page = browser.get("/desk/account").await;
    let secret = page.text().split("name=\"secret\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let now = at(NOW).timestamp();
    let wrong = [("secret", secret.as_str()), ("code", "000000"), ("password", PASSWORD)];
    assert_eq!(browser.post("/desk/account/second", &wrong).await.status, 422);
    let first = code(&secret, now);
    let right = [("secret", secret.as_str()), ("code", first.as_str()), ("password", PASSWORD)];
    assert_eq!(browser.post("/desk/account/second", &right).await.status, 303);
    assert_eq!(browser.get("/desk").await.status, 200);
    assert_eq!(desk.try_login("Li", PASSWORD, "").await.status, 403, "the password is not enough now");
    assert_eq!(desk.try_login("Li", PASSWORD, &first).await.status, 403, "the code was taken");
    desk.service.set_now(at(NOW) + Duration::seconds(60));
    let second = code(&secret, now + 60);
    assert_eq!(desk.try_login("Li", "wrong horse battery", &second).await.status, 403);
    assert_eq!(desk.try_login("Li", PASSWORD, &second).await.status, 303);
    assert_eq!(desk.try_login("Li", PASSWORD, &second).await.status, 403, "once");
}

#[tokio::test]
async fn plain_http_is_for_this_machine_alone_and_only_where_it_is_allowed() {
    let from = |peer: [u8; 4]| {
        let request = Request::get("/desk/login").header("host", "127.0.0.1:8080");
        request.extension(ConnectInfo(SocketAddr::from((peer, 1))))
    };
    let desk = Desk::open().await;
    assert_eq!(desk.ask(from([127, 0, 0, 1]), String::new()).await.status, 403);
    let desk =
        Desk::with("[desk]\nenabled = true\nplain_http = true\n[[officer]]\nname = \"Li\"\nroles = [\"editor\"]\n")
            .await;
    assert_eq!(desk.ask(from([127, 0, 0, 1]), String::new()).await.status, 200);
    assert_eq!(desk.ask(from([192, 0, 2, 1]), String::new()).await.status, 403);
    let login = Request::post("/desk/login")
        .header("host", "127.0.0.1:8080")
        .header("origin", "http://127.0.0.1:8080")
        .header("content-type", "application/x-www-form-urlencoded")
        .extension(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 1))));
    let answer = desk.ask(login, fields(&[("name", "Li"), ("password", PASSWORD)])).await;
    assert!(
        answer.header("set-cookie").ends_with("; Path=/; HttpOnly; SameSite=Strict"),
        "{}",
        answer.header("set-cookie")
    );
}

#[tokio::test]
async fn only_a_proxy_of_ours_says_who_asks() {
    let desk = Desk::open().await;
    let login = async |peer: [u8; 4], named: &str| {
        let request = form("/desk/login").header("x-forwarded-for", named);
        let request = request.extension(ConnectInfo(SocketAddr::from((peer, 1))));
        desk.ask(request, fields(&[("name", "Li"), ("password", PASSWORD)])).await;
        desk.service.journal.desk().notes(None, u64::MAX, 1).await.unwrap().remove(0).address
    };
    assert_eq!(login([192, 0, 2, 7], "198.51.100.1").await, "192.0.2.7", "a stranger's word is not taken");
    assert_eq!(login([10, 0, 0, 1], "203.0.113.9, 198.51.100.1, 10.0.0.2").await, "198.51.100.1");
}
