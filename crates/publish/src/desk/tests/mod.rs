//! The desk, asked as a browser asks.

mod access;
mod login;
mod records;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};
use std::net::SocketAddr;
use tower::ServiceExt;

use limpid_store::{DeskAccount, DeskChange};

use crate::desk::{password, routes};
use crate::testing::{Answer, PIPELINE, STATIONS, Service, at};

/// Everybody's password in these tests.
pub const PASSWORD: &str = "correct horse battery";

const PEOPLE: &str = r#"
[desk]
enabled = true
second_factor = false
proxies = ["10.0.0.0/8"]
[[officer]]
name = "Li"
roles = ["editor"]
[[officer]]
name = "Wang"
roles = ["reviewer"]
registers = ["permits"]
[[officer]]
name = "Zhao"
roles = ["publisher"]
[[officer]]
name = "Sun"
roles = ["operator"]
[[reviewer]]
name = "Qian"
station = "S1"
hash = "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
"#;

/// A service with a desk, at which five people have a password.
pub struct Desk {
    pub service: Service,
    pub router: Router,
}

impl Desk {
    pub async fn open() -> Self {
        Self::with(PEOPLE).await
    }

    pub async fn with(people: &str) -> Self {
        let registers = [("permits.toml".to_owned(), crate::router::tests::registers::TOML.to_owned())];
        let pipeline = format!("{PIPELINE}\n{people}");
        let service = Service::keeping(&pipeline, STATIONS, &registers, crate::testing::county()).await;
        let router = routes(service.app.clone());
        let desk = Self { service, router };
        for name in ["Li", "Wang", "Zhao", "Sun", "Qian"] {
            desk.account(name, false).await;
        }
        desk
    }

    pub async fn account(&self, name: &str, temporary: bool) {
        let changed = at(crate::testing::NOW);
        let password = password::hash(PASSWORD).unwrap();
        let account = DeskAccount { name: name.into(), password, changed, temporary, totp: None };
        self.service.journal.desk().change(vec![DeskChange::Account(account)]).await.unwrap();
    }

    pub async fn ask(&self, request: axum::http::request::Builder, body: String) -> Answer {
        let mut request = request.body(Body::from(body)).unwrap();
        if request.extensions().get::<ConnectInfo<SocketAddr>>().is_none() {
            request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 1))));
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec();
        Answer { status, headers, body }
    }

    /// A login from a page of this service over TLS.
    pub async fn try_login(&self, name: &str, password: &str, code: &str) -> Answer {
        self.ask(form("/desk/login"), fields(&[("name", name), ("password", password), ("code", code)])).await
    }

    /// Somebody who is logged in.
    pub async fn login(&self, name: &str) -> Browser<'_> {
        let answer = self.try_login(name, PASSWORD, "").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        Browser { desk: self, cookie: answer.header("set-cookie").split(';').next().unwrap().to_owned() }
    }

    /// Acts in the log, the newest first.
    pub async fn acts(&self) -> Vec<(String, String)> {
        let notes = self.service.journal.desk().notes(None, u64::MAX, 100).await.unwrap();
        notes.into_iter().map(|note| (note.who, note.act)).collect()
    }
}

/// A browser with a session.
pub struct Browser<'d> {
    pub desk: &'d Desk,
    pub cookie: String,
}

impl Browser<'_> {
    pub async fn get(&self, path: &str) -> Answer {
        self.desk.ask(page(path).header("cookie", &self.cookie), String::new()).await
    }

    /// Sends a form with the token that a page of the session holds.
    pub async fn post(&self, path: &str, pairs: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf().await;
        let all: Vec<(&str, &str)> = [("csrf", csrf.as_str())].into_iter().chain(pairs.iter().copied()).collect();
        self.desk.ask(form(path).header("cookie", &self.cookie), fields(&all)).await
    }

    pub async fn csrf(&self) -> String {
        let page = self.get("/desk/account").await;
        let text = page.text();
        let token = text.split("name=\"csrf\" value=\"").nth(1).unwrap_or_else(|| panic!("no form: {text}"));
        token.split('"').next().unwrap().to_owned()
    }
}

pub fn page(path: &str) -> axum::http::request::Builder {
    Request::get(path).header("host", "desk.example").header("x-forwarded-proto", "https")
}

pub fn form(path: &str) -> axum::http::request::Builder {
    Request::post(path)
        .header("host", "desk.example")
        .header("x-forwarded-proto", "https")
        .header("origin", "https://desk.example")
        .header("content-type", "application/x-www-form-urlencoded")
}

pub fn fields(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}
