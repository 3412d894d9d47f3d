//! Webhooks before a receiver that fails first.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use limpid_model::Note;
use limpid_model::event::NewRelease;
use serde_json::Value;

use super::sign;
use crate::testing::{PIPELINE, STATIONS, Service, WEBHOOK_SECRET, county};

#[test]
fn a_message_is_signed_as_the_specification_has_it() {
    // The example that the reference libraries of Standard Webhooks are tested with.
    let key = sign::key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let signature = sign::signature(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, "{\"test\": 2432232314}");
    assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    assert_eq!(sign::key("whsec_c2hvcnQ="), None, "too short");
    assert_eq!(sign::key("whsec_!!!"), None);
    assert_eq!(sign::key("any other text of length").unwrap(), b"any other text of length");
}

/// What a receiver was sent: its answers, and the messages.
#[derive(Clone, Default)]
struct Receiver {
    /// The answers to come; then it takes everything.
    answers: Arc<Mutex<Vec<u16>>>,
    got: Arc<Mutex<Vec<(u16, String, Value)>>>,
}

impl Receiver {
    async fn start(answers: &[u16]) -> (Self, String) {
        let receiver = Self { answers: Arc::new(Mutex::new(answers.to_vec())), ..Self::default() };
        let router = Router::new().route("/hook", post(take)).with_state(receiver.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (receiver, url)
    }

    /// Waits until so many messages were answered, and gives status, name and number of each.
    async fn got(&self, count: usize) -> Vec<(u16, String, u64)> {
        let begun = std::time::Instant::now();
        loop {
            let got = self.got.lock().unwrap().clone();
            if got.len() >= count {
                let one = |(status, _, body): &(u16, String, Value)| {
                    (*status, body["type"].as_str().unwrap().to_owned(), body["id"].as_u64().unwrap())
                };
                return got.iter().map(one).collect();
            }
            assert!(begun.elapsed().as_secs() < 60, "{got:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: String) -> StatusCode {
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    let (id, time) = (header("webhook-id"), header("webhook-timestamp").parse().unwrap());
    let key = sign::key(WEBHOOK_SECRET).unwrap();
    assert_eq!(header("webhook-signature"), sign::signature(&key, &id, time, &body));
    let mut answers = receiver.answers.lock().unwrap();
    let status = if answers.is_empty() { 204 } else { answers.remove(0) };
    receiver.got.lock().unwrap().push((status, id, serde_json::from_str(&body).unwrap()));
    StatusCode::from_u16(status).unwrap()
}

async fn service(url: &str) -> Service {
    let hash = "a".repeat(64);
    let pipeline = format!(
        "{PIPELINE}[[reviewer]]\nname = \"值班\"\nhash = \"{hash}\"\n\
         [[webhook]]\nname = \"duty\"\nurl = \"{url}\"\nsecret_env = \"S\"\nevents = [\"release\"]\n"
    );
    Service::of(&pipeline, STATIONS, county()).await
}

async fn release(service: &Service, id: &str) {
    let new = NewRelease { dataset: "air-hourly".into(), release: id.into() };
    service.journal.note(vec![Note::Release(new)], None).await.unwrap();
}

async fn standing(service: &Service, wanted: impl Fn(&Value) -> bool) -> Value {
    let token = format!("Bearer {}", "a".repeat(64));
    loop {
        let answer = service.get_with("/api/v1/webhooks", &[("authorization", &token)]).await.json();
        if wanted(&answer["webhooks"][0]) {
            return answer["webhooks"][0].clone();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn what_is_not_taken_is_told_again_in_order() {
    let (receiver, url) = Receiver::start(&[503, 302]).await;
    let service = service(&url).await;
    release(&service, "r1").await;
    release(&service, "r2").await;
    let got = receiver.got(4).await;
    let first = got[0].2;
    let name = || "release".to_owned();
    assert_eq!(got, [(503, name(), first), (302, name(), first), (204, name(), first), (204, name(), first + 1)]);
    let found = standing(&service, |one| one["behind"] == 0).await;
    assert_eq!((&found["count"], &found["dead"], &found["error"]), (&2.into(), &0.into(), &Value::Null));
    // Where it stands is kept: whoever begins there is told nothing twice.
    while service.journal.cursor("webhook:duty").await.unwrap() < first + 2 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(service.get("/api/v1/webhooks").await.status, 401);
}

#[tokio::test]
async fn what_is_refused_is_given_up_kept_and_passed() {
    let (receiver, url) = Receiver::start(&[400, 400, 410]).await;
    let service = service(&url).await;
    release(&service, "r1").await;
    release(&service, "r2").await;
    let got = receiver.got(4).await;
    assert_eq!(got.iter().map(|one| one.0).collect::<Vec<_>>(), [400, 400, 410, 204]);
    let found = standing(&service, |one| one["behind"] == 0).await;
    assert_eq!((&found["dead"], &found["count"]), (&1.into(), &1.into()));
    let letter = &found["dead_letters"][0];
    assert_eq!((letter["id"].as_u64(), &letter["attempts"]), (Some(got[0].2), &3.into()), "{letter}");
    assert!(letter["error"].as_str().unwrap().contains("410"), "{letter}");
}
