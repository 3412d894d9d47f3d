//! Outlets against the permits that were in force.

use limpid_model::Flag;
use limpid_model::permit::{PermitDay, PermitMonth};
use limpid_model::pipeline::Registers;
use limpid_model::register::{Act, Deed, Register};
use limpid_store::Draft;
use serde_json::{Value, json};

use super::*;

fn outlet() -> Arc<Pipeline> {
    pipeline_of("", "id,kind,name_zh,name_en,lat,lon,parameters\nO1,outlet,排口,Outfall,40,116,cod ph flow\n")
}

fn register(id: &str) -> Arc<Register> {
    let file = format!("{}/../../pipelines/demo/registers/{id}.toml", env!("CARGO_MANIFEST_DIR"));
    // Links lead to other registers, which are not needed here.
    let text =
        std::fs::read_to_string(file).unwrap().replace("type = \"link\"\nto = \"register:permits\"", "type = \"text\"");
    Registers::parse(&[(format!("{id}.toml"), text)]).unwrap().get(id).unwrap().clone()
}

/// Writes, checks and releases a revision of each of these.
async fn release_all(journal: &Arc<dyn Journal>, register: &Register, records: Vec<Value>) {
    let draft = |fields: Value| {
        let values = register.take(fields.as_object().unwrap().clone()).unwrap();
        let record = register.key_of(&values).to_owned();
        let (at, who, why) = (at("2026-06-01T00:00:00Z"), "editor".into(), "test".into());
        Draft { register: register.id.clone(), record, at, who, why, values }
    };
    let drafts: Vec<Draft> = records.into_iter().map(draft).collect();
    let records: Vec<String> = drafts.iter().map(|draft| draft.record.clone()).collect();
    let written = journal.registers().draft(drafts).await.unwrap();
    for (who, what) in [("reviewer", Act::Check { passed: true, findings: 0 }), ("publisher", Act::Release)] {
        let both = records.iter().zip(&written);
        do_all(journal, register, both.map(|(record, draft)| deed(record, draft.revision, who, what))).await;
    }
}

async fn release(journal: &Arc<dyn Journal>, register: &Register, fields: Value) {
    release_all(journal, register, vec![fields]).await;
}

fn deed(record: &str, revision: u32, who: &str, act: Act) -> impl Fn(&Register) -> Deed {
    let (record, who) = (record.to_owned(), who.to_owned());
    move |register| Deed {
        id: 0,
        register: register.id.clone(),
        record: record.clone(),
        revision,
        at: at("2026-06-01T00:00:00Z"),
        who: who.clone(),
        why: "test".into(),
        act,
    }
}

async fn do_all(
    journal: &Arc<dyn Journal>,
    register: &Register,
    deeds: impl Iterator<Item = impl Fn(&Register) -> Deed>,
) {
    let deeds = deeds.map(|deed| deed(register)).collect();
    for done in journal.registers().act(register, deeds).await.unwrap() {
        done.unwrap();
    }
}

fn permit(decided: &str, cod: f64) -> Value {
    json!({
        "number": "P1", "holder": "示例纸业", "decided": decided, "valid_from": "2026-01-01", "valid_to": "2030-12-31",
        "outlets": [{ "code": "DW001", "medium": "water", "station": "O1" }],
        "limits": [
            { "outlet": "DW001", "pollutant": "化学需氧量", "kind": "concentration", "period": "hour", "value": cod, "unit": "mg/L" },
            { "outlet": "DW001", "pollutant": "化学需氧量", "kind": "quantity", "value": 0.03, "unit": "t/a" },
        ],
    })
}

async fn hour(journal: &Arc<dyn Journal>, start: &str, cod: f64) {
    let start = at(start);
    let one = |parameter, value| Reading {
        station: StationId::parse("O1").unwrap(),
        ..reading(parameter, Period::Hour, start, Some(value), "N")
    };
    send(journal, "O1", one("cod", cod)).await;
    // A tenth of a cubic metre a second.
    send(journal, "O1", one("flow", 0.1)).await;
}

async fn days(journal: &Arc<dyn Journal>) -> Vec<PermitDay> {
    let found = found(journal, Subject::Station(StationId::parse("O1").unwrap()), "permit", Period::Day).await;
    let day = |(_, body)| match body {
        SummaryBody::Permit(day) => day,
        other => panic!("{other:?}"),
    };
    found.into_iter().map(day).collect()
}

async fn months(journal: &Arc<dyn Journal>) -> Vec<PermitMonth> {
    let found = found(journal, Subject::Station(StationId::parse("O1").unwrap()), "quantity", Period::Month).await;
    let month = |(_, body)| match body {
        SummaryBody::Quantity(month) => month,
        other => panic!("{other:?}"),
    };
    found.into_iter().map(month).collect()
}

#[tokio::test]
async fn each_day_is_judged_by_the_revision_in_force_and_anew_when_one_comes() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let permits = register("permits");
    release(&journal, &permits, permit("2026-01-01", 50.0)).await;
    // Noon of 9 and 10 May, Asia/Shanghai.
    hour(&journal, "2026-05-09T04:00:00Z", 60.0).await;
    hour(&journal, "2026-05-10T04:00:00Z", 60.0).await;
    history(outlet(), journal.clone(), None, |_, _| {}).await.unwrap();
    let before = days(&journal).await;
    let seen: Vec<_> =
        before.iter().map(|day| (day.version.revision, day.limits[0].over, day.exceedances.len())).collect();
    assert_eq!(seen, [(1, 1, 1), (1, 1, 1)]);
    assert_eq!((before[0].exceedances[0].multiple, before[0].reviewed), (Some(0.2), false));
    // 60 mg/L at 0.1 m3/s is 21.6 kg in an hour; two of them are more than 30 kg.
    let month = months(&journal).await.swap_remove(0);
    let quantity = &month.quantities[0];
    assert_eq!((quantity.month_kg, quantity.months12_kg, quantity.exceeded), (43.2, 43.2, true));
    assert_eq!((quantity.n, quantity.expected, quantity.months12_expected), (2, 744, 8_760));

    // A change that was decided on 10 May permits 70 from that day on.
    release(&journal, &permits, permit("2026-05-10", 70.0)).await;
    catch_up(&outlet(), &journal).await.unwrap();
    let after = days(&journal).await;
    let seen: Vec<_> =
        after.iter().map(|day| (day.version.revision, day.limits[0].upper, day.exceedances.len())).collect();
    assert_eq!(seen, [(1, Some(50.0), 1), (2, Some(70.0), 0)]);

    // The unit marks noon of 9 May.
    let mark = json!({
        "number": "M1", "station": "O1", "kind": "fault", "reason": "test",
        "from": "2026-05-09T12:00:00+08:00", "to": "2026-05-09T13:00:00+08:00",
    });
    release(&journal, &register("operating-marks"), mark).await;
    catch_up(&outlet(), &journal).await.unwrap();
    let marked = days(&journal).await.swap_remove(0);
    assert_eq!((marked.limits[0].marked, marked.limits[0].n, marked.exceedances.len()), (1, 0, 0));

    // A month later what was discharged in May still counts.
    hour(&journal, "2026-06-10T04:00:00Z", 10.0).await;
    crate::engine::catch_up(outlet(), journal.clone()).await.unwrap();
    catch_up(&outlet(), &journal).await.unwrap();
    let june = months(&journal).await.swap_remove(1);
    // 3.6 kg.
    assert_eq!((june.quantities[0].month_kg, june.quantities[0].months12_kg), (3.6, 46.8));
}

/// What was judged of each day: by which revision, how many limits, and why not.
async fn judged(journal: &Arc<dyn Journal>) -> Vec<(u32, usize, Option<String>)> {
    days(journal).await.into_iter().map(|day| (day.version.revision, day.limits.len(), day.reason)).collect()
}

/// An outlet with noon of 9 and 10 May, and the permit of the year.
async fn two_days(journal: &Arc<dyn Journal>) -> Arc<Register> {
    let permits = register("permits");
    release(journal, &permits, permit("2026-01-01", 50.0)).await;
    hour(journal, "2026-05-09T04:00:00Z", 60.0).await;
    hour(journal, "2026-05-10T04:00:00Z", 60.0).await;
    history(outlet(), journal.clone(), None, |_, _| {}).await.unwrap();
    assert_eq!(judged(journal).await, [(1, 1, None), (1, 1, None)]);
    permits
}

#[tokio::test]
async fn what_a_withdrawn_permit_judged_is_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let permits = two_days(&journal).await;
    let withdraw = Act::Withdraw { on: "2026-06-01".parse().unwrap() };
    do_all(&journal, &permits, [deed("P1", 1, "publisher", withdraw)].into_iter()).await;
    catch_up(&outlet(), &journal).await.unwrap();
    let gone = Some("no_permit".to_owned());
    assert_eq!(judged(&journal).await, [(1, 0, gone.clone()), (1, 0, gone.clone())]);
    let day = days(&journal).await.swap_remove(0);
    assert!(day.exceedances.is_empty() && !day.reviewed && day.standing.flag == Flag::Missing);
    let month = months(&journal).await.swap_remove(0);
    assert_eq!((month.quantities.len(), month.reason), (0, gone));

    // Released again, it judges again.
    release(&journal, &permits, permit("2026-01-01", 55.0)).await;
    catch_up(&outlet(), &journal).await.unwrap();
    assert_eq!(judged(&journal).await, [(2, 1, None), (2, 1, None)]);
    assert_eq!(months(&journal).await.swap_remove(0).quantities[0].month_kg, 43.2);
}

#[tokio::test]
async fn a_shorter_permit_judges_only_the_days_that_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let permits = two_days(&journal).await;
    // It corrects the first, and ends with 9 May.
    let mut shorter = permit("2026-01-01", 50.0);
    shorter["valid_to"] = json!("2026-05-09");
    release(&journal, &permits, shorter).await;
    catch_up(&outlet(), &journal).await.unwrap();
    assert_eq!(judged(&journal).await, [(2, 1, None), (1, 0, Some("no_permit".into()))]);
}

#[tokio::test]
async fn a_revision_without_the_outlet_leaves_the_days_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let permits = two_days(&journal).await;
    let mut without = permit("2026-05-10", 50.0);
    without["outlets"] = json!([{ "code": "DW001", "medium": "water" }]);
    release(&journal, &permits, without).await;
    catch_up(&outlet(), &journal).await.unwrap();
    let expected = [(1, 1, None), (1, 0, Some("no_permit".to_owned()))];
    assert_eq!(judged(&journal).await, expected);
    // A later value of either day, and the whole from the beginning, say the same.
    hour(&journal, "2026-05-09T05:00:00Z", 40.0).await;
    crate::engine::catch_up(outlet(), journal.clone()).await.unwrap();
    catch_up(&outlet(), &journal).await.unwrap();
    assert_eq!(judged(&journal).await, expected);
    assert_eq!(days(&journal).await[0].limits[0].n, 2);
}

#[tokio::test]
async fn more_marks_than_a_page_holds_are_all_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    two_days(&journal).await;
    // The oldest is the one that counts; lists come with the newest first.
    let mark = |number: usize| {
        let day = if number == 0 { "2026-05-09" } else { "2026-04-01" };
        json!({
            "number": format!("M{number}"), "station": "O1", "kind": "fault", "reason": "test",
            "from": format!("{day}T12:00:00+08:00"), "to": format!("{day}T13:00:00+08:00"),
        })
    };
    release_all(&journal, &register("operating-marks"), (0..1_001).map(mark).collect()).await;
    catch_up(&outlet(), &journal).await.unwrap();
    let day = days(&journal).await.swap_remove(0);
    assert_eq!((day.limits[0].marked, day.limits[0].n), (1, 0));
}
