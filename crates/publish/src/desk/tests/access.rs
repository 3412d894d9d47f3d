//! Forms of other sites, roles, headers.

use super::{Desk, fields, form, page};

#[tokio::test]
async fn a_form_without_the_token_of_its_session_does_nothing() {
    let desk = Desk::open().await;
    let (li, wang) = (desk.login("Li").await, desk.login("Wang").await);
    let of_another = wang.csrf().await;
    for csrf in ["", "x", of_another.as_str()] {
        let body = fields(&[("csrf", csrf)]);
        let answer = desk.ask(form("/desk/logout").header("cookie", &li.cookie), body).await;
        assert_eq!(answer.status, 403, "{csrf}");
    }
    assert_eq!(li.get("/desk").await.status, 200, "still logged in");
}

#[tokio::test]
async fn a_form_from_another_origin_does_nothing() {
    let desk = Desk::open().await;
    let li = desk.login("Li").await;
    let body = fields(&[("csrf", &li.csrf().await)]);
    let post = |origin: Option<&str>, site: Option<&str>| {
        let mut request = axum::http::Request::post("/desk/logout")
            .header("host", "desk.example")
            .header("x-forwarded-proto", "https")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("cookie", &li.cookie);
        for (name, value) in [("origin", origin), ("sec-fetch-site", site)] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        desk.ask(request, body.clone())
    };
    for origin in [
        None,
        Some("null"),
        Some("https://evil.example"),
        Some("http://desk.example"),
        Some("https://desk.example.evil.example"),
        Some(""),
    ] {
        assert_eq!(post(origin, None).await.status, 403, "{origin:?}");
    }
    assert_eq!(post(Some("https://desk.example"), Some("cross-site")).await.status, 403);
    assert_eq!(post(Some("https://desk.example"), Some("same-origin")).await.status, 303);
}

#[tokio::test]
async fn without_a_session_every_page_leads_to_the_login_and_no_form_is_taken() {
    let desk = Desk::open().await;
    for path in ["/desk", "/desk/log", "/desk/account"] {
        let answer = desk.ask(page(path), String::new()).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/desk/login"), "{path}");
    }
    for path in ["/desk/logout", "/desk/account/password", "/desk/account/sessions"] {
        let answer = desk.ask(form(path), fields(&[("end", "others")])).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/desk/login"), "{path}");
    }
}

#[tokio::test]
async fn pages_run_no_script_stand_in_no_frame_and_are_kept_nowhere() {
    let desk = Desk::open().await;
    let li = desk.login("Li").await;
    for answer in [
        li.get("/desk/account").await,
        desk.ask(page("/desk/login"), String::new()).await,
        li.get("/desk/nothing").await,
    ] {
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'self';"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'self'"), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{policy}");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!((answer.header("x-frame-options"), answer.header("x-content-type-options")), ("DENY", "nosniff"));
        assert_eq!(answer.header("access-control-allow-origin"), "", "no other site may read it");
        assert!(!answer.text().contains("<script") && !answer.text().contains(" style="));
    }
    assert_eq!(
        desk.ask(page("/desk/style.css"), String::new()).await.header("content-type"),
        "text/css; charset=utf-8"
    );
}

#[tokio::test]
async fn a_form_of_a_stranger_is_small() {
    let desk = Desk::open().await;
    let long = "x".repeat(5000);
    assert_eq!(desk.try_login("Li", &long, "").await.status, 422);
    let json = axum::http::Request::post("/desk/login")
        .header("host", "desk.example")
        .header("x-forwarded-proto", "https")
        .header("origin", "https://desk.example")
        .header("content-type", "text/plain");
    assert_eq!(desk.ask(json, "name=Li".to_owned()).await.status, 415);
}

#[tokio::test]
async fn operators_see_the_whole_log_and_others_their_own() {
    let desk = Desk::open().await;
    let (li, sun) = (desk.login("Li").await, desk.login("Sun").await);
    desk.try_login("Wang", "wrong horse battery", "").await;
    assert!(sun.get("/desk/log").await.text().contains("<td>Wang</td>"));
    let own = li.get("/desk/log").await;
    assert!(own.text().contains("<td>Li</td>") && !own.text().contains("Wang") && !own.text().contains("Sun"));
}
