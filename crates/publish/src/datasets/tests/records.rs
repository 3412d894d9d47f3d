//! Datasets of registers.

use std::io::Read;
use std::sync::Arc;

use limpid_model::pipeline::Registers;
use limpid_model::register::{Act, Deed, Register};
use limpid_store::Draft;
use serde_json::{Value, json};

use super::{Outcome, at, make};
use crate::datasets::closed;
use crate::datasets::definition::Dataset;
use crate::testing::{PIPELINE, STATIONS, Service};

const TOML: &str = r#"
title = { zh = "许可证", en = "Permits" }
key = "number"
dataset = true
[[field]]
name = "number"
type = "text"
label = { zh = "编号", en = "Number" }
[[field]]
name = "cause"
type = "text"
label = { zh = "事由", en = "Cause" }
[[field]]
name = "phone"
type = "text"
label = { zh = "电话", en = "Phone" }
redact = { kind = "phone" }
[[field]]
name = "recipe"
type = "text"
label = { zh = "配方", en = "Recipe" }
disclosure = "withheld"
reason = "trade_secret"
[[field]]
name = "limits"
type = "table"
label = { zh = "限值", en = "Limits" }
[[field.column]]
name = "pollutant"
type = "text"
label = { zh = "污染物", en = "Pollutant" }
[[field.column]]
name = "value"
type = "number"
label = { zh = "限值", en = "Limit" }
unit = "mg/m3"
"#;

fn schema(text: &str) -> Arc<Register> {
    let schemas = Registers::parse(&[("permits.toml".to_owned(), text.to_owned())]);
    Arc::clone(schemas.unwrap_or_else(|told| panic!("{told}")).get("permits").unwrap())
}

async fn service() -> Service {
    Service::keeping(PIPELINE, STATIONS, &[("permits.toml".to_owned(), TOML.to_owned())], Vec::new()).await
}

async fn act(service: &Service, record: &str, revision: u32, who: &str, act: Act, time: &str) {
    let deed = Deed {
        id: 0,
        register: "permits".into(),
        record: record.into(),
        revision,
        at: at(time),
        who: who.into(),
        why: "quashed".into(),
        act,
    };
    service.journal.registers().act(&schema(TOML), vec![deed]).await.unwrap().remove(0).unwrap();
}

async fn release(service: &Service, fields: Value, time: &str) {
    let values = schema(TOML).take(fields.as_object().unwrap().clone()).unwrap();
    let record = values.text("number").unwrap().to_owned();
    let draft = Draft {
        register: "permits".into(),
        record: record.clone(),
        at: at(time),
        who: "Li".into(),
        why: "import".into(),
        values,
    };
    let revision = service.journal.registers().draft(vec![draft]).await.unwrap()[0].revision;
    act(service, &record, revision, "Wang", Act::Check { passed: true, findings: 0 }, time).await;
    act(service, &record, revision, "Zhao", Act::Release, time).await;
}

async fn made(service: &Service, name: &str, time: &str) -> limpid_store::lake::Release {
    match make(service, name, time).await {
        Outcome::Made(release) => release,
        other => panic!("{name}: {other:?}"),
    }
}

async fn csv(service: &Service, name: &str, release: &str) -> crate::testing::Answer {
    let package = service.get(&format!("/datasets/{name}/releases/{release}/datapackage.json")).await.json();
    let path = package["resources"][1]["path"].as_str().unwrap().trim_end_matches(".gz").to_owned();
    service.get(&format!("/datasets/{name}/releases/{release}/{path}")).await
}

async fn changes(service: &Service, name: &str, release: &str) -> String {
    let answer = service.get(&format!("/datasets/{name}/releases/{release}/changes.csv.gz")).await;
    let mut text = String::new();
    flate2::read::GzDecoder::new(&answer.body[..]).read_to_string(&mut text).unwrap();
    text
}

#[tokio::test]
async fn released_records_are_a_dataset_and_what_is_withdrawn_is_had_from_no_release() {
    let service = service().await;
    assert!(matches!(make(&service, "register-permits", "2026-11-25T01:00:00Z").await, Outcome::Empty));
    let first = json!({"number": "P1", "cause": "新建", "phone": "13800138000", "recipe": "机密",
        "limits": [{"pollutant": "so2", "value": 50}, {"pollutant": "nox", "value": 100.5}]});
    release(&service, first, "2026-11-25T01:00:00Z").await;
    release(&service, json!({"number": "P2", "cause": "扩建"}), "2026-11-25T01:00:00Z").await;
    let one = made(&service, "register-permits", "2026-11-25T02:00:00Z").await;
    let limits = made(&service, "register-permits_limits", "2026-11-25T02:00:00Z").await;
    assert_eq!(
        csv(&service, "register-permits", &one.id).await.text(),
        "record_key,record_revision,record_released,record_withdrawn,record_withdrawn_why,record_repealed,\
         record_repealed_why,record_not_shown,number,cause,phone\r\n\
         P1,1,2026-11-25T09:00:00+08:00,,,,,phone:masked:privacy recipe:withheld:trade_secret,P1,新建,138***\r\n\
         P2,1,2026-11-25T09:00:00+08:00,,,,,,P2,扩建,\r\n"
    );
    assert_eq!(
        csv(&service, "register-permits_limits", &limits.id).await.text(),
        "record_key,record_revision,record_released,record_row,pollutant,value\r\n\
         P1,1,2026-11-25T09:00:00+08:00,1,so2,50\r\nP1,1,2026-11-25T09:00:00+08:00,2,nox,100.5\r\n"
    );
    let readme = service.get(&format!("/datasets/register-permits_limits/releases/{}/README.md", limits.id)).await;
    assert!(readme.text().contains("| `value` | number | Limit (限值); mg/m3 |"), "{}", readme.text());

    // A revision, and a withdrawal.
    release(
        &service,
        json!({"number": "P1", "cause": "改建", "limits": [{"pollutant": "so2", "value": 35}]}),
        "2026-11-25T03:00:00Z",
    )
    .await;
    let two = made(&service, "register-permits", "2026-11-25T04:00:00Z").await;
    let told = changes(&service, "register-permits", &two.id).await;
    assert!(told.contains("changed,P1,cause,新建,改建,2,2026-11-25T11:00:00+08:00,revised\r\n"), "{told}");
    let fewer = made(&service, "register-permits_limits", "2026-11-25T04:00:00Z").await;
    let told = changes(&service, "register-permits_limits", &fewer.id).await;
    assert_eq!(
        told,
        "change,record_key,record_row,column,old,new,revision,published,reason\r\n\
         changed,P1,1,value,50,35,2,2026-11-25T11:00:00+08:00,revised\r\nwithdrawn,P1,2,,,,,,record\r\n"
    );
    let on = "2026-11-25".parse().unwrap();
    act(&service, "P2", 1, "Zhao", Act::Withdraw { on }, "2026-11-25T05:00:00Z").await;
    for release in [&one, &two] {
        let closed = csv(&service, "register-permits", &release.id).await;
        assert_eq!((closed.status.as_u16(), closed.json()["status"].clone()), (410, json!(410)), "{}", release.id);
    }
    let delta = service.get(&format!("/datasets/register-permits/releases/{}/changes.csv.gz", two.id)).await;
    assert_eq!(delta.status, 410);
    assert_eq!(service.get("/datasets/register-permits/diff?format=csv").await.status, 410);
    let three = made(&service, "register-permits", "2026-11-25T06:00:00Z").await;
    let rows = csv(&service, "register-permits", &three.id).await;
    assert!(rows.text().contains("\r\nP2,1,2026-11-25T09:00:00+08:00,2026-11-25,quashed,,,,,,\r\n"), "{}", rows.text());
    assert_eq!(
        changes(&service, "register-permits", &three.id).await.lines().skip(1).collect::<Vec<_>>(),
        [
            "changed,P2,record_withdrawn,,2026-11-25,1,2026-11-25T09:00:00+08:00,withdrawn",
            "changed,P2,record_withdrawn_why,,quashed,1,2026-11-25T09:00:00+08:00,withdrawn",
        ],
        "what it said is not told"
    );
}

#[tokio::test]
async fn a_release_by_rules_that_showed_more_is_closed() {
    let service = service().await;
    release(&service, json!({"number": "P1", "cause": "新建", "phone": "13800138000"}), "2026-11-25T01:00:00Z").await;
    let one = made(&service, "register-permits", "2026-11-25T02:00:00Z").await;
    let of = |text: &str| {
        let registers = Registers::parse(&[("permits.toml".to_owned(), text.to_owned())]).unwrap();
        let pipeline = limpid_model::Pipeline { registers, ..(*service.pipeline).clone() };
        Dataset::parse(&pipeline, "register-permits").unwrap()
    };
    assert!(!closed::by_rules(&one, &of(TOML)));
    let renamed = TOML.replace("en = \"Cause\"", "en = \"Why\"");
    assert!(!closed::by_rules(&one, &of(&renamed)), "a label is no rule");
    for (from, to) in [
        ("name = \"cause\"\n", "name = \"cause\"\ndisclosure = \"on_request\"\n"),
        ("redact = { kind = \"phone\" }", "redact = { kind = \"phone\", how = \"drop\" }"),
        ("en = \"Cause\" }\n", "en = \"Cause\" }\nredact = { kind = \"personal_name\" }\n"),
    ] {
        let stricter = TOML.replace(from, to);
        assert!(stricter != TOML && closed::by_rules(&one, &of(&stricter)), "{to}");
    }
}
