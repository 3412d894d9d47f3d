//! Registers: drafts, deeds, and what the public is shown.

use std::sync::Arc;

use limpid_model::geo::Bbox;
use limpid_model::pipeline::Registers as Schemas;
use limpid_model::register::{Act, Deed, Refusal, Register, State, Status};
use serde_json::{Value, json};

use super::{Open, at};
use crate::journal::{Draft, Drafted, Journal, PublicQuery, StandingQuery, Step, Withdrawal};

const TOML: &str = r#"
title = "Permits"
key = "number"
name = "holder"
[validity]
from = "from"
to = "to"
ended = "ended"
end = "end"
[place]
lat = "lat"
lon = "lon"
[[field]]
name = "number"
type = "text"
label = "N"
search = true
[[field]]
name = "holder"
type = "text"
label = "H"
search = true
[[field]]
name = "phone"
type = "text"
label = "P"
search = true
redact = { kind = "phone", how = "drop" }
[[field]]
name = "class"
type = "text"
label = "C"
filter = true
[[field]]
name = "from"
type = "date"
label = "F"
[[field]]
name = "to"
type = "date"
label = "T"
[[field]]
name = "ended"
type = "date"
label = "E"
[[field]]
name = "end"
type = "choice"
label = "E"
choices = [{ value = "revoked", zh = "a", en = "b" }, { value = "withdrawn", zh = "c", en = "d" }]
[[field]]
name = "lat"
type = "number"
label = "L"
[[field]]
name = "lon"
type = "number"
label = "L"
[[field]]
name = "limits"
type = "table"
label = "L"
[[field.column]]
name = "pollutant"
type = "text"
label = "P"
filter = true
"#;

fn register() -> Arc<Register> {
    schema(TOML)
}

fn schema(text: &str) -> Arc<Register> {
    let schemas = Schemas::parse(&[("permits.toml".to_owned(), text.to_owned())]);
    Arc::clone(schemas.unwrap_or_else(|told| panic!("{told}")).get("permits").unwrap())
}

fn draft(values: Value) -> Draft {
    let values = register().take(values.as_object().unwrap().clone()).unwrap();
    Draft {
        register: "permits".into(),
        record: values.text("number").unwrap().into(),
        at: at("2026-11-25T01:00:00.000123Z"),
        who: "Li".into(),
        why: "import".into(),
        values,
    }
}

async fn step(journal: &dyn Journal, record: &str, revision: u32, who: &str, act: Act) -> Result<u64, Refusal> {
    let newest = journal.registers().newest_revisions("permits", vec![record.to_owned()]).await.unwrap().remove(0);
    let public = newest.map(|newest| register().disclose(&newest.values));
    let deed = Deed {
        id: 0,
        register: "permits".into(),
        record: record.into(),
        revision,
        at: at("2026-11-25T02:00:00Z"),
        who: who.into(),
        why: "because 13800138000 asked".into(),
        act,
    };
    journal.registers().do_steps(vec![Step { deed, four_eyes: true, public }]).await.unwrap().remove(0)
}

const PASSED: Act = Act::Check { passed: true, findings: 0 };

/// Drafts, checks and releases a record.
async fn release(journal: &dyn Journal, values: Value) {
    let draft = draft(values);
    let record = draft.record.clone();
    let revision = journal.registers().draft(vec![draft]).await.unwrap()[0].revision;
    step(journal, &record, revision, "Wang", PASSED).await.unwrap();
    step(journal, &record, revision, "Zhao", Act::Release).await.unwrap();
}

fn all() -> PublicQuery {
    PublicQuery { register: "permits".into(), limit: 100, ..PublicQuery::default() }
}

async fn found(journal: &dyn Journal, query: PublicQuery) -> Vec<String> {
    journal.registers().public_records(query).await.unwrap().into_iter().map(|entry| entry.id).collect()
}

pub async fn drafts_are_revisions_and_what_says_the_same_is_none(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let first = draft(json!({"number": "P1", "holder": "A"}));
    let second = draft(json!({"number": "P1", "holder": "B"}));
    let drafted = journal.registers().draft(vec![first.clone(), second.clone(), second.clone()]).await.unwrap();
    let written = |revision, written| Drafted { revision, written };
    assert_eq!(drafted, [written(1, true), written(2, true), written(2, false)]);
    journal.close().await.unwrap();
    let journal = open(folder.path());
    let revisions = journal.registers().revisions("permits", "P1").await.unwrap();
    assert_eq!(revisions.len(), 2);
    assert_eq!((&revisions[0].values, revisions[0].at, revisions[1].who.as_str()), (&first.values, first.at, "Li"));
    assert_eq!(
        journal.registers().newest_revisions("permits", vec!["P2".into(), "P1".into()]).await.unwrap()[1],
        Some(revisions[1].clone())
    );
    assert_eq!(found(&*journal, all()).await, [""; 0], "a draft is not public");
    assert_eq!(journal.registers().public_record("permits", "P1").await.unwrap(), None);
    let acts: Vec<_> =
        journal.registers().deeds("permits", None, 0, 10).await.unwrap().into_iter().map(|deed| deed.act).collect();
    assert_eq!(acts, [Act::Draft, Act::Draft]);
}

pub async fn only_what_was_checked_is_released_and_what_is_withdrawn_leaves_a_tombstone(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    journal
        .registers()
        .draft(vec![draft(json!({"number": "P1", "holder": "A", "phone": "13800138000"}))])
        .await
        .unwrap();
    assert_eq!(step(&*journal, "P1", 1, "Zhao", Act::Release).await, Err(Refusal::NotChecked));
    assert_eq!(step(&*journal, "P1", 1, "Li", PASSED).await, Err(Refusal::FourEyes));
    assert_eq!(step(&*journal, "P9", 1, "Wang", PASSED).await, Err(Refusal::Unknown));
    step(&*journal, "P1", 1, "Wang", PASSED).await.unwrap();
    step(&*journal, "P1", 1, "Zhao", Act::Release).await.unwrap();
    let (entry, revisions) = journal.registers().public_record("permits", "P1").await.unwrap().unwrap();
    assert_eq!((entry.revision, revisions.len()), (1, 1));
    assert!(!format!("{entry:?}").contains("13800138000"));

    // A draft on top changes nothing of what is public, until it is released itself.
    journal.registers().draft(vec![draft(json!({"number": "P1", "holder": "B"}))]).await.unwrap();
    let shown = journal.registers().public_record("permits", "P1").await.unwrap().unwrap().0;
    assert_eq!(shown.record.unwrap().name(), "A");
    step(&*journal, "P1", 2, "Wang", PASSED).await.unwrap();
    step(&*journal, "P1", 2, "Zhao", Act::Release).await.unwrap();
    let (entry, revisions) = journal.registers().public_record("permits", "P1").await.unwrap().unwrap();
    assert_eq!((entry.revision, entry.record.unwrap().name().to_owned(), revisions.len()), (2, "B".to_owned(), 2));

    let on = "2026-11-30".parse().unwrap();
    step(&*journal, "P1", 2, "Zhao", Act::Repeal { on }).await.unwrap();
    let entry = journal.registers().public_record("permits", "P1").await.unwrap().unwrap().0;
    assert_eq!(entry.validity().on(on), Status::Repealed);
    assert_eq!(entry.repealed.unwrap().why, "because 138*** asked", "the public is shown the reason");
    step(&*journal, "P1", 2, "Zhao", Act::Withdraw { on }).await.unwrap();
    let (entry, revisions) = journal.registers().public_record("permits", "P1").await.unwrap().unwrap();
    assert_eq!((entry.record, revisions.len()), (None, 0));
    assert_eq!(entry.withdrawn.unwrap().on, on);
    assert_eq!(found(&*journal, all()).await, [""; 0]);
    assert_eq!(journal.registers().public_counts().await.unwrap()[0].count, 0);
    assert_eq!(journal.registers().revisions("permits", "P1").await.unwrap().len(), 2, "nothing is deleted");
    let acts: Vec<_> = journal
        .registers()
        .deeds("permits", Some("P1"), 0, 99)
        .await
        .unwrap()
        .iter()
        .map(|deed| deed.act.as_str())
        .collect();
    let expected = ["draft", "check", "release", "draft", "check", "release", "repeal", "withdraw"];
    assert_eq!(acts, expected);

    // What was made between release and withdrawal is known to show too much.
    let mark = Withdrawal { first: 3, deed: 8 };
    assert_eq!(journal.registers().withdrawals("permits").await.unwrap(), [mark]);
    assert_eq!(journal.registers().withdrawals("others").await.unwrap(), []);
    assert_eq!(journal.registers().newest_deed().await.unwrap(), 8);
    let page = journal.registers().public_page("permits", 0, 9).await.unwrap();
    assert_eq!((page.len(), page[0].withdrawn.is_some(), page[0].record.is_none()), (1, true, true));
    assert_eq!(journal.registers().public_page("permits", page[0].number, 9).await.unwrap(), []);

    // Released again, it does not bring back what was taken away.
    release(&*journal, json!({"number": "P1", "holder": "C"})).await;
    let (entry, revisions) = journal.registers().public_record("permits", "P1").await.unwrap().unwrap();
    assert_eq!((entry.revision, entry.withdrawn), (3, None));
    assert_eq!(revisions.iter().map(|one| one.revision).collect::<Vec<_>>(), [3]);
    step(&*journal, "P1", 3, "Zhao", Act::Withdraw { on }).await.unwrap();
    assert_eq!(journal.registers().withdrawals("permits").await.unwrap()[1], Withdrawal { first: 11, deed: 12 });
}

pub async fn public_records_are_found_by_words_values_status_and_page(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    for (number, holder, class, pollutants) in [
        ("P1", "江口水泥有限公司", "key", ["so2", "nox"]),
        ("P2", "江口污水处理厂", "key", ["cod", "nh3n"]),
        ("P3", "Jiangkou Cement", "simple", ["so2", "so2"]),
    ] {
        let limits: Vec<_> = pollutants.iter().map(|pollutant| json!({"pollutant": pollutant})).collect();
        release(
            &*journal,
            json!({"number": number, "holder": holder, "class": class, "limits": limits, "lat": 28, "lon": 104}),
        )
        .await;
    }
    journal
        .registers()
        .draft(vec![draft(json!({"number": "P4", "holder": "江口草稿", "class": "key"}))])
        .await
        .unwrap();
    assert_eq!(found(&*journal, all()).await, ["P3", "P2", "P1"], "the newest first");
    let q = |q: &str| PublicQuery { q: q.into(), ..all() };
    assert_eq!(found(&*journal, q("江口")).await, ["P2", "P1"], "two signs");
    assert_eq!(found(&*journal, q("有限公司")).await, ["P1"]);
    assert_eq!(found(&*journal, q("CEMENT jiang")).await, ["P3"]);
    assert_eq!(found(&*journal, q("江口 \"污水处理")).await, [""; 0]);
    assert_eq!(found(&*journal, q("江口 污水处理")).await, ["P2"]);
    assert_eq!(found(&*journal, q("草稿")).await, [""; 0]);
    assert_eq!(found(&*journal, q("泥")).await, ["P1"], "one sign");
    assert_eq!(found(&*journal, q("厂")).await, ["P2"], "the last sign");
    assert_eq!(found(&*journal, q("口江")).await, [""; 0], "not in this order");
    assert_eq!(found(&*journal, q("龙虎")).await, [""; 0]);
    let by = |filters: &[(&str, &str)], q: &str| PublicQuery {
        filters: filters.iter().map(|(field, value)| ((*field).to_owned(), (*value).to_owned())).collect(),
        q: q.into(),
        ..all()
    };
    assert_eq!(found(&*journal, by(&[("limits.pollutant", "so2")], "")).await, ["P3", "P1"]);
    assert_eq!(found(&*journal, by(&[("limits.pollutant", "so2"), ("class", "key")], "")).await, ["P1"]);
    assert_eq!(found(&*journal, by(&[("class", "key")], "污水处理")).await, ["P2"]);
    assert_eq!(found(&*journal, by(&[("class", "simple")], "污水")).await, [""; 0]);
    assert_eq!(found(&*journal, PublicQuery { register: "others".into(), ..q("江口") }).await, [""; 0]);
    let bbox = |text| PublicQuery { bbox: Bbox::parse(text), ..all() };
    assert_eq!(found(&*journal, bbox("103,27,105,29")).await.len(), 3);
    assert_eq!(found(&*journal, bbox("105,27,106,29")).await.len(), 0);
    assert_eq!(found(&*journal, bbox("103,27,-170,29")).await.len(), 3, "over the 180th meridian");
    assert_eq!(found(&*journal, bbox("170,27,-170,29")).await.len(), 0);
    let first = journal.registers().public_records(PublicQuery { limit: 2, ..all() }).await.unwrap();
    let rest = PublicQuery { before: Some(first[1].number), ..all() };
    assert_eq!(found(&*journal, rest).await, ["P1"]);
    let terms = journal.registers().public_terms("permits", "limits.pollutant", 2).await.unwrap();
    assert_eq!(terms, [("so2".to_owned(), 2), ("cod".to_owned(), 1)]);
    step(&*journal, "P1", 1, "Zhao", Act::Withdraw { on: "2026-11-30".parse().unwrap() }).await.unwrap();
    let terms = journal.registers().public_terms("permits", "limits.pollutant", 9).await.unwrap();
    let left = ["cod", "nh3n", "so2"].map(|pollutant| (pollutant.to_owned(), 1));
    assert_eq!(terms, left, "what is withdrawn is not counted");
    assert_eq!(found(&*journal, q("有限公司")).await, [""; 0]);
    let latest = journal.registers().public_latest("permits", 2).await.unwrap();
    assert_eq!(latest.iter().map(|entry| entry.id.as_str()).collect::<Vec<_>>(), ["P3", "P2"]);
}

/// What a search says of a day is what `Validity::on` says, for every way in which dates can be there or not.
pub async fn a_search_by_status_agrees_with_the_records(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let days = [None, Some("2026-11-20"), Some("2026-11-25"), Some("2026-11-30")];
    let mut number = 0;
    for from in days {
        for to in days {
            for ended in days {
                for end in [None, Some("revoked"), Some("withdrawn")] {
                    number += 1;
                    let values =
                        json!({"number": format!("P{number}"), "from": from, "to": to, "ended": ended, "end": end});
                    release(&*journal, values).await;
                }
            }
        }
    }
    let day = "2026-11-25".parse().unwrap();
    let every = journal.registers().public_records(PublicQuery { limit: 1000, ..all() }).await.unwrap();
    assert_eq!(every.len(), 192);
    let mut counted = 0;
    for status in Status::ALL {
        let expected: Vec<_> =
            every.iter().filter(|one| one.validity().on(day) == status).map(|one| one.id.clone()).collect();
        let query = PublicQuery { status: Some((status, day)), limit: 1000, ..all() };
        assert_eq!(found(&*journal, query).await, expected, "{status:?}");
        counted += expected.len();
    }
    assert_eq!(counted, 192);
}

pub async fn rules_that_change_change_what_is_public(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    release(&*journal, json!({"number": "P1", "holder": "A", "class": "key"})).await;
    release(&*journal, json!({"number": "P1", "holder": "B", "class": "key"})).await;
    release(&*journal, json!({"number": "P2", "holder": "C", "class": "key"})).await;
    let on = "2026-11-30".parse().unwrap();
    step(&*journal, "P2", 1, "Zhao", Act::Withdraw { on }).await.unwrap();
    journal.registers().disclose_by(&register()).await.unwrap();
    assert_eq!(journal.registers().disclose_by(&register()).await.unwrap(), 0, "nothing has changed");
    let stricter = TOML.replace("name = \"class\"\n", "name = \"class\"\ndisclosure = \"on_request\"\n");
    assert_eq!(journal.registers().disclose_by(&schema(&stricter)).await.unwrap(), 3);
    let (entry, revisions) = journal.registers().public_record("permits", "P1").await.unwrap().unwrap();
    assert!(!format!("{entry:?} {revisions:?}").contains("key"), "{entry:?}");
    assert_eq!(entry.record.unwrap().withheld()[0].field, "class");
    let filters = vec![("class".to_owned(), "key".to_owned())];
    assert_eq!(found(&*journal, PublicQuery { filters, ..all() }).await, [""; 0]);
    assert_eq!(found(&*journal, PublicQuery { q: "C".into(), ..all() }).await, [""; 0], "what is withdrawn stays so");
}

pub async fn a_scheduled_release_is_due_at_its_time(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    journal.registers().draft(vec![draft(json!({"number": "P1"})), draft(json!({"number": "P2"}))]).await.unwrap();
    let release_at = at("2026-12-01T00:00:00Z");
    let schedule = Act::Schedule { release_at };
    assert_eq!(step(&*journal, "P1", 1, "Zhao", schedule).await, Err(Refusal::NotChecked));
    step(&*journal, "P1", 1, "Wang", PASSED).await.unwrap();
    step(&*journal, "P1", 1, "Zhao", schedule).await.unwrap();
    assert_eq!(journal.registers().due(at("2026-11-30T23:59:59Z")).await.unwrap(), []);
    assert_eq!(journal.registers().due(release_at).await.unwrap(), [("permits".to_owned(), "P1".to_owned())]);
    let query = StandingQuery { register: "permits".into(), limit: 9, ..StandingQuery::default() };
    let standings = journal.registers().standings(query.clone()).await.unwrap();
    let states: Vec<_> = standings.iter().map(|(record, standing)| (record.as_str(), standing.state)).collect();
    assert_eq!(states, [("P1", State::Scheduled), ("P2", State::Draft)]);
    let drafts = journal.registers().standings(StandingQuery { state: Some(State::Draft), ..query }).await.unwrap();
    assert_eq!(drafts.len(), 1);
    step(&*journal, "P1", 1, "Zhao", Act::Release).await.unwrap();
    assert_eq!(journal.registers().due(at("2027-01-01T00:00:00Z")).await.unwrap(), []);
    assert_eq!(journal.registers().standing("permits", "P1").await.unwrap().unwrap().released, Some(1));
}
