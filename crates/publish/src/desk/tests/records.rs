//! Records, readings and people at the desk. What is done shows in the API, for it is done by its functions.

use serde_json::json;

use super::{Desk, PASSWORD};

/// A record of the form: every field, with the first row of its table.
fn record<'a>(holder: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("number", "P/1"),
        ("holder", holder),
        ("phone", "13900139000"),
        ("recipe", "机密配方"),
        ("class", "key"),
        ("from", "2024-01-01"),
        ("limits.0.pollutant", "so2"),
        ("limits.0.value", value),
        ("limits.4.pollutant", "nox"),
        ("why", "新证"),
    ]
}

#[tokio::test]
async fn each_role_does_its_own_and_four_eyes_are_needed() {
    let desk = Desk::open().await;
    let (li, wang, zhao) = (desk.login("Li").await, desk.login("Wang").await, desk.login("Zhao").await);
    let page = "/desk/records/permits/P%2F1";
    let form = record("江口水泥厂 13800138000", "50");
    assert_eq!(wang.post("/desk/draft/permits", &form).await.status, 403, "a reviewer writes nothing");
    let drafted = li.post("/desk/draft/permits", &form).await;
    assert_eq!((drafted.status.as_u16(), drafted.header("location")), (303, page), "{}", drafted.text());

    let act = |who, act: &'static str, more: &'static [(&'static str, &'static str)]| {
        let who: &super::Browser<'_> = who;
        async move {
            let fields: Vec<_> = [("revision", "1")].into_iter().chain(more.iter().copied()).collect();
            who.post(&format!("{page}/{act}"), &fields).await.status.as_u16()
        }
    };
    assert_eq!(act(&zhao, "release", &[]).await, 409, "not checked");
    assert_eq!(
        [act(&li, "check", &[("result", "pass")]).await, act(&zhao, "check", &[("result", "pass")]).await],
        [403; 2]
    );
    let seen = wang.get(&format!("{page}?lang=en")).await;
    for words in [
        "Public fields in which the scan found personal data: 1",
        "Check for secrecy",
        "13900139000",
        "nox",
        "not public",
    ] {
        assert!(seen.text().contains(words), "{words}: {}", seen.text());
    }
    assert_eq!(act(&wang, "release", &[]).await, 403);
    assert_eq!(act(&wang, "check", &[("result", "pass"), ("why", "看过")]).await, 303);
    assert_eq!([act(&li, "release", &[]).await, act(&wang, "release", &[]).await], [403; 2]);
    assert_eq!(act(&zhao, "release", &[]).await, 303);
    assert_eq!(act(&zhao, "withdraw", &[]).await, 422, "a reason is needed");

    let public = desk.service.get("/api/v1/registers/permits/P%2F1").await.json();
    assert_eq!(public["fields"]["holder"], json!("江口水泥厂 138***"));
    assert_eq!(public["fields"]["limits"], json!([{"pollutant": "so2", "value": 50}, {"pollutant": "nox"}]));
    let acts: Vec<_> = desk.acts().await.into_iter().filter(|(_, act)| act.starts_with("record")).collect();
    let line = |who: &str, act: &str| (who.to_owned(), act.to_owned());
    assert_eq!(acts, [line("Zhao", "record_release"), line("Wang", "record_check"), line("Li", "record_draft")]);
    let log = format!("{:?}", desk.service.journal.desk().notes(None, u64::MAX, 100).await.unwrap());
    assert!(!log.contains("13900139000") && !log.contains("水泥厂"), "{log}");
}

#[tokio::test]
async fn whoever_has_two_roles_cannot_check_what_they_wrote() {
    let both = "[desk]\nenabled = true\nsecond_factor = false\n[[officer]]\nname = \"Li\"\nroles = [\"editor\", \"reviewer\"]\n";
    let desk = Desk::with(both).await;
    let li = desk.login("Li").await;
    li.post("/desk/draft/permits", &record("H", "50")).await;
    let page = li.get("/desk/records/permits/P%2F1?lang=en").await;
    assert!(page.text().contains("somebody else must check it") && !page.text().contains("value=\"pass\""));
    let checked = li.post("/desk/records/permits/P%2F1/check", &[("revision", "1"), ("result", "pass")]).await;
    assert_eq!(checked.status, 409);
}

#[tokio::test]
async fn a_draft_that_cannot_be_taken_loses_nothing_that_was_written() {
    let desk = Desk::open().await;
    let li = desk.login("Li").await;
    let mut form = record("江口水泥厂", "fifty");
    form.push(("to", "2026-02-30"));
    let told = li.post("/desk/draft/permits?lang=en", &form).await;
    assert_eq!(told.status, 422);
    for words in [
        "Problems: 2",
        "Limits 1: Limit",
        "write a number",
        "write a day of the calendar",
        "value=\"fifty\"",
        "江口水泥厂",
    ] {
        assert!(told.text().contains(words), "{words}: {}", told.text());
    }
    let more = li.post("/desk/draft/permits", &[record("江口水泥厂", "50"), vec![("more", "limits")]].concat()).await;
    assert_eq!(more.status, 200);
    assert!(more.text().contains("name=\"limits.12.value\"") && more.text().contains("江口水泥厂"), "{}", more.text());
    assert!(desk.service.journal.registers().standing("permits", "P/1").await.unwrap().is_none());
    // What a form leaves empty is taken away.
    li.post("/desk/draft/permits", &record("江口水泥厂", "50")).await;
    li.post("/desk/draft/permits", &[("known", "yes"), ("number", "P/1"), ("holder", "新名")]).await;
    let page = li.get("/desk/records/permits/P%2F1?lang=en").await;
    assert!(page.text().contains("revision 2") && page.text().contains("新名"), "{}", page.text());
    let edit = li.get("/desk/draft/permits?record=P%2F1").await;
    assert!(edit.text().contains("新名") && !edit.text().contains("13900139000"), "{}", edit.text());
}

#[tokio::test]
async fn a_register_is_for_those_who_keep_it() {
    let desk = Desk::open().await;
    let qian = desk.login("Qian").await;
    for path in ["/desk/records/permits", "/desk/records/permits/P%2F1", "/desk/draft/permits", "/desk/people"] {
        assert_eq!(qian.get(path).await.status, 403, "{path}");
    }
    assert_eq!(qian.get("/desk/records/nothing").await.status, 404);
    let li = desk.login("Li").await;
    for path in ["/desk/readings", "/desk/forecasts", "/desk/people"] {
        assert_eq!(li.get(path).await.status, 403, "{path}");
    }
    for path in
        ["/desk", "/desk/records", "/desk/records/permits?state=draft", "/desk/service", "/desk/log", "/desk/account"]
    {
        for lang in ["zh", "en"] {
            let joined = format!("{path}{}lang={lang}", if path.contains('?') { '&' } else { '?' });
            assert_eq!(li.get(&joined).await.status, 200, "{joined}");
        }
    }
}

#[tokio::test]
async fn readings_are_decided_about_at_ones_own_stations() {
    let desk = Desk::open().await;
    let qian = desk.login("Qian").await;
    let page = qian.get("/desk/readings").await;
    assert!(page.text().contains("value=\"S1\"") && !page.text().contains("value=\"S2\""));
    let decide = async |station: &str, from: &str, decision: &str| {
        let fields = [
            ("station", station),
            ("parameters", "pm25, o3"),
            ("from", from),
            ("to", "2026-11-25T09:00"),
            ("decision", decision),
            ("why", "零点漂移"),
        ];
        qian.post("/desk/readings", &fields).await.status.as_u16()
    };
    assert_eq!(decide("S2", "2026-11-25T08:00", "accept").await, 403);
    assert_eq!(decide("S1", "2026-11-25T08:30", "accept").await, 422);
    assert_eq!(decide("S1", "2026-11-25T08:00", "correct").await, 422, "without a factor");
    assert_eq!(decide("S1", "2026-11-25T08:00", "invalidate").await, 303);
    let kept = desk.service.get("/api/v1/reviews").await.json();
    let kept = &kept["items"][0];
    assert_eq!((&kept["who"], &kept["decision"]), (&json!("Qian"), &json!("invalidate")));
    assert_eq!((&kept["from"], &kept["parameters"]), (&json!("2026-11-25T08:00:00+08:00"), &json!(["pm25", "o3"])));
    assert!(qian.get("/desk/readings").await.text().contains("零点漂移"));
}

#[tokio::test]
async fn an_operator_lets_somebody_in_and_nobody_else_can() {
    let desk = Desk::open().await;
    let (li, sun) = (desk.login("Li").await, desk.login("Sun").await);
    let give = [("name", "Wang"), ("act", "password")];
    assert_eq!(li.post("/desk/people", &give).await.status, 403);
    assert_eq!(sun.post("/desk/people", &[("name", "Nobody"), ("act", "password")]).await.status, 404);
    let wang = desk.login("Wang").await;
    let given = sun.post("/desk/people", &give).await;
    let secret = given.text().split("<code>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert!(secret.len() >= 32, "160 bits: {secret}");
    assert_eq!(wang.get("/desk").await.status, 303, "sessions that were open have ended");
    assert_eq!(desk.try_login("Wang", PASSWORD, "").await.status, 403);
    assert_eq!(desk.try_login("Wang", &secret, "").await.status, 303);
    assert!(desk.service.journal.desk().account("Wang").await.unwrap().unwrap().temporary);
    assert!(!sun.get("/desk/people").await.text().contains(&secret), "it is shown once");
    let acts = desk.acts().await;
    assert!(acts.contains(&("Sun".to_owned(), "password_given".to_owned())), "{acts:?}");
    assert_eq!(sun.post("/desk/people", &[("name", "Li"), ("act", "sessions")]).await.status, 303);
    assert_eq!(li.get("/desk").await.status, 303);
}

#[tokio::test]
async fn what_waits_is_told_to_whoever_can_do_it() {
    let desk = Desk::open().await;
    let (li, wang) = (desk.login("Li").await, desk.login("Wang").await);
    li.post("/desk/draft/permits", &record("H", "50")).await;
    let waits = "/desk/records/permits?state=draft";
    assert!(wang.get("/desk").await.text().contains(waits));
    assert!(!li.get("/desk").await.text().contains(waits));
}
