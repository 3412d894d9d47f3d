//! Values, what leaves of them, and the way of a record.

use serde_json::{Map, Value, json};

use super::*;
use crate::pipeline::Registers;

const TOML: &str = r#"
title = { zh = "许可", en = "Permits" }
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
required = true
search = true
[[field]]
name = "phone"
type = "text"
label = "P"
search = true
redact = { kind = "phone" }
[[field]]
name = "person"
type = "text"
label = "P"
redact = { kind = "complainant" }
[[field]]
name = "secret"
type = "text"
label = "S"
search = true
filter = true
disclosure = "withheld"
reason = "trade_secret"
[[field]]
name = "account"
type = "text"
label = "A"
disclosure = "on_request"
[[field]]
name = "note"
type = "text"
label = "N"
search = true
[[field]]
name = "class"
type = "choice"
label = "C"
filter = true
choices = [{ value = "key", zh = "重点管理", en = "Key" }, { value = "small", zh = "登记", en = "Small" }]
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
choices = [{ value = "revoked", zh = "撤销", en = "revoked" }, { value = "withdrawn", zh = "吊销", en = "taken" }]
[[field]]
name = "lat"
type = "number"
label = "L"
disclosure = "withheld"
reason = "security"
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
required = true
filter = true
[[field.column]]
name = "value"
type = "number"
label = "V"
[[field.column]]
name = "operator"
type = "text"
label = "O"
redact = { kind = "personal_name" }
"#;

fn register() -> Register {
    let registers = Registers::parse(&[("permits.toml".to_owned(), TOML.to_owned())]);
    Register::clone(registers.unwrap_or_else(|told| panic!("{told}")).get("permits").unwrap())
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn take(value: Value) -> Values {
    register().take(object(value)).unwrap()
}

#[test]
fn texts_of_tables_become_values_of_their_kinds() {
    let values = take(json!({
        "holder": " 江口水泥厂 ", "number": "P-1", "class": "重点管理", "from": "2024/3/1", "to": "2029年02月28日",
        "lon": "104.9", "note": "", "limits": [{"pollutant": "so2", "value": "50.0"}, {"pollutant": "", "value": ""}],
    }));
    let expected = json!({
        "number": "P-1", "holder": "江口水泥厂", "class": "key", "from": "2024-03-01", "to": "2029-02-28",
        "lon": 104.9, "limits": [{"pollutant": "so2", "value": 50}],
    });
    assert_eq!(serde_json::to_string(&values).unwrap(), expected.to_string(), "in the order of the register");
    // What was taken can be handed in again and says the same.
    assert_eq!(register().take(values.with(Map::new())).unwrap(), values);
    let changed = values.with(object(json!({"class": null, "note": "x"})));
    let changed = register().take(changed).unwrap();
    assert_eq!(
        (changed.get("class"), changed.text("note"), changed.text("holder")),
        (None, Some("x"), Some("江口水泥厂"))
    );
}

#[test]
fn everything_wrong_with_a_record_is_told_without_repeating_it() {
    let problems = register()
        .take(object(json!({
            "number": "11010519491231002X", "class": "big", "from": "2026-02-30", "lon": "NaN", "hodler": "x",
            "note": "a\u{0}b", "limits": [{"value": "many"}, "row"],
        })))
        .unwrap_err();
    let told: Vec<_> = problems.iter().map(|problem| format!("{}: {}", problem.field, problem.what)).collect();
    for words in [
        "number: the key looks like personal data",
        "holder: it is required and missing",
        "class: write one of: key, small",
        "from: write a day of the calendar",
        "lon: write a number",
        "note: it has control characters",
        "limits[1].pollutant: it is required",
        "limits[1].value: write a number",
        "limits[2]: write an object",
        "hodler: there is no such field; did you mean \"holder\"?",
    ] {
        assert!(told.iter().any(|one| one.starts_with(words)), "{words} in {told:#?}");
    }
    assert_eq!(told.len(), 10, "{told:#?}");
    assert!(told.iter().all(|one| !one.contains("11010519491231002X")));
}

/// The numbers are those that [`crate::privacy`] takes from the standards.
#[test]
fn only_public_fields_leave_and_personal_data_do_not() {
    let values = take(json!({
        "number": "P-1", "holder": "厂长王小明13800138000", "phone": "13800138000", "person": "李四", "secret": "配方A",
        "account": "4111111111111111", "note": "身份证11010519491231002X", "lat": 28.5, "lon": 104.9,
        "limits": [{"pollutant": "so2", "value": 50, "operator": "赵六一"}, {"pollutant": "so2", "value": 60}],
    }));
    let public = register().disclose(&values);
    let written = serde_json::to_string(&public).unwrap();
    for private in ["13800138000", "李四", "配方A", "4111111111111111", "11010519491231002X", "赵六一", "28.5"] {
        assert!(!written.contains(private), "{private} in {written}");
    }
    assert_eq!(public.name(), "厂长王小明138***");
    assert_eq!(public.fields()["limits"][0], json!({"pollutant": "so2", "value": 50, "operator": "赵***"}));
    assert_eq!(public.place(), None, "one degree of two is withheld");
    assert_eq!(public.terms(), [("limits.pollutant".to_owned(), "so2".to_owned())]);
    assert_eq!(public.search(), "P-1\n厂长王小明138***\n138***\n身份证***");
    let withheld: Vec<_> =
        public.withheld().iter().map(|one| (one.field.as_str(), one.how.as_str(), one.reason)).collect();
    assert_eq!(
        withheld,
        [
            ("holder", "masked", Some(Reason::Privacy)),
            ("phone", "masked", Some(Reason::Privacy)),
            ("person", "dropped", Some(Reason::Privacy)),
            ("secret", "withheld", Some(Reason::TradeSecret)),
            ("account", "on_request", None),
            ("note", "masked", Some(Reason::Privacy)),
            ("lat", "withheld", Some(Reason::Security)),
            ("limits.operator", "masked", Some(Reason::Privacy)),
        ]
    );
    let back: PublicRecord = serde_json::from_str(&written).unwrap();
    assert_eq!(back, public);
}

#[test]
fn a_record_is_in_force_or_ended_in_one_of_several_ways() {
    let status = |values: Value, day: &str| {
        let mut all = object(json!({"number": "P-1", "holder": "H"}));
        all.extend(object(values));
        let public = register().disclose(&register().take(all).unwrap());
        public.validity().on(day.parse().unwrap())
    };
    let span = json!({"from": "2024-03-01", "to": "2029-02-28"});
    assert_eq!(status(span.clone(), "2024-02-29"), Status::NotYet);
    assert_eq!(status(span.clone(), "2024-03-01"), Status::InForce);
    assert_eq!(status(span.clone(), "2029-02-28"), Status::InForce, "the last day is inclusive");
    assert_eq!(status(span.clone(), "2029-03-01"), Status::Expired);
    let mut ended = span;
    ended["ended"] = json!("2026-05-01");
    ended["end"] = json!("吊销");
    assert_eq!(status(ended.clone(), "2026-04-30"), Status::InForce);
    assert_eq!(status(ended.clone(), "2030-01-01"), Status::Withdrawn, "taken away, not expired");
    ended.as_object_mut().unwrap().remove("end");
    assert_eq!(status(ended, "2026-05-01"), Status::Cancelled);
    assert_eq!(status(json!({}), "2026-05-01"), Status::InForce);
}

#[test]
fn revisions_are_compared_field_by_field() {
    let before = json!({"holder": "A", "class": "key", "limits": [{"pollutant": "so2", "value": 50}]});
    let after =
        json!({"holder": "B", "limits": [{"pollutant": "so2", "value": 35}, {"pollutant": "nox"}], "note": "x"});
    let changes = compare(before.as_object().unwrap(), after.as_object().unwrap());
    let told: Vec<_> = changes.iter().map(|one| format!("{} {} {}", one.field, one.before, one.after)).collect();
    assert_eq!(
        told,
        [
            r#"holder "A" "B""#,
            r#"class "key" null"#,
            "limits[1].value 50 35",
            r#"limits[2] null {"pollutant":"nox"}"#,
            r#"note null "x""#,
        ]
    );
}

#[test]
fn nothing_is_released_that_another_person_has_not_checked() {
    let draft = Standing {
        newest: 2,
        state: State::Draft,
        editor: "Li".into(),
        released: Some(1),
        withdrawn: false,
        release_at: None,
    };
    let check = |passed| Act::Check { passed, findings: 0 };
    let on = "2026-11-30".parse().unwrap();
    assert_eq!(draft.after(2, Act::Release, "Wang", true), Err(Refusal::NotChecked));
    assert_eq!(draft.after(2, check(true), "Li", true), Err(Refusal::FourEyes));
    assert_eq!(draft.after(1, check(true), "Wang", true), Err(Refusal::Overtaken));
    assert_eq!(draft.after(3, check(true), "Wang", true), Err(Refusal::Unknown));
    assert!(draft.after(2, check(true), "Li", false).is_ok());
    let refused = draft.after(2, check(false), "Wang", true).unwrap();
    assert_eq!(refused.after(2, Act::Release, "Zhao", true), Err(Refusal::NotChecked));
    let checked = draft.after(2, check(true), "Wang", true).unwrap();
    let released = checked.after(2, Act::Release, "Zhao", true).unwrap();
    assert_eq!((released.state, released.released), (State::Released, Some(2)));
    assert_eq!(released.after(2, Act::Release, "Zhao", true), Err(Refusal::Released));
    assert_eq!(released.after(2, check(false), "Wang", true), Err(Refusal::Released));
    let gone = released.after(2, Act::Withdraw { on }, "Zhao", true).unwrap();
    assert!(gone.withdrawn);
    assert_eq!(gone.after(2, Act::Repeal { on }, "Zhao", true), Err(Refusal::NotPublic));
}

/// Fifteen working days would do for neither: the clock stood from 14 to 18 September 2026, and National Day and its make-up
/// days lie in between. Counted by hand in `workdays/tests.rs`.
#[test]
fn terms_count_working_days_with_stops_extensions_and_fixed_days() {
    let toml = r#"
title = "R"
key = "id"
[[term]]
name = "answer"
label = "A"
working_days = 20
after = "received"
met = "answered"
stops = "stops"
extension = { working_days = 20, when = "extended" }
[[term]]
name = "shown"
label = "S"
kind = "at_least"
days = 20
after = "received"
met = "answered"
[[term]]
name = "report"
label = "R"
by = "03-15"
of = "year"
[[field]]
name = "id"
type = "text"
label = "I"
[[field]]
name = "received"
type = "date"
label = "R"
[[field]]
name = "answered"
type = "date"
label = "A"
[[field]]
name = "extended"
type = "date"
label = "E"
[[field]]
name = "year"
type = "number"
label = "Y"
[[field]]
name = "stops"
type = "table"
label = "S"
[[field.column]]
name = "from"
type = "date"
label = "F"
[[field.column]]
name = "to"
type = "date"
label = "T"
"#;
    let registers = Registers::parse(&[("r.toml".into(), toml.into())]).unwrap();
    let register = registers.get("r").unwrap();
    let terms = |raw: Value| {
        let values = register.take(raw.as_object().unwrap().clone()).unwrap();
        let terms = register.terms_of(&register.disclose(&values), crate::workdays::Calendar::china());
        terms.into_iter().map(|term| (term.name, term.due.to_string(), term.kept)).collect::<Vec<_>>()
    };
    let term = |name: &str, due: &str, kept| (name.to_owned(), due.to_owned(), kept);
    let asked = json!({ "id": "1", "received": "2026-09-10", "answered": "2026-10-15", "year": 2025 });
    assert_eq!(
        terms(asked.clone()),
        [
            term("answer", "2026-10-14", Some(false)),
            term("shown", "2026-09-30", Some(true)),
            term("report", "2026-03-15", None)
        ]
    );
    let mut stopped = asked.clone();
    stopped["stops"] = json!([{ "from": "2026-09-14", "to": "2026-09-18" }]);
    assert_eq!(terms(stopped)[0], term("answer", "2026-10-21", Some(true)));
    let mut extended = asked;
    extended["extended"] = json!("2026-10-13");
    // 14 October and twenty more: 15, 16, 19 to 23, 26 to 30, 2 to 6 November, 9, 10, 11.
    assert_eq!(terms(extended)[0], term("answer", "2026-11-11", Some(true)));
    assert_eq!(terms(json!({ "id": "1" })), []);
}

#[test]
fn what_a_personal_field_holds_is_masked_where_else_it_stands() {
    let registers = Registers::parse(&[("permits.toml".into(), TOML.into())]).unwrap();
    let register = registers.get("permits").unwrap();
    let raw = json!({
        "number": "N1", "holder": "示例化工", "person": "张三丰", "phone": "5551234",
        "note": "张三丰（电话5551234）投诉示例化工，另一电话138 0013 8000",
    });
    let values = register.take(raw.as_object().unwrap().clone()).unwrap();
    let public = register.disclose(&values);
    assert_eq!(public.fields()["note"], "***（电话555***）投诉示例化工，另一电话138***");
    let raw = json!({ "number": "张三丰-1", "holder": "示例化工", "person": "张三丰" });
    let problems = register.take(raw.as_object().unwrap().clone()).unwrap_err();
    assert_eq!(problems[0].field, "number");
}

#[test]
fn odd_codes_are_doubts_with_their_place() {
    let toml = "title = \"T\"\nkey = \"id\"\n[[field]]\nname = \"id\"\ntype = \"text\"\nlabel = \"I\"\ncheck = \"credit_code\"\n\
                [[field]]\nname = \"outlets\"\ntype = \"table\"\nlabel = \"O\"\n[[field.column]]\nname = \"code\"\ntype = \"text\"\n\
                label = \"C\"\ncheck = \"permit_item\"\n[[field.column]]\nname = \"to\"\ntype = \"text\"\nlabel = \"T\"\n";
    let registers = Registers::parse(&[("r.toml".into(), toml.into())]).unwrap();
    let register = registers.get("r").unwrap();
    let outlets = json!([{ "code": "DA001" }, { "to": "river" }, { "code": "DA1" }]);
    let raw = json!({ "id": "91130200699229617Y", "outlets": outlets });
    let doubts = register.doubts(&register.take(raw.as_object().unwrap().clone()).unwrap());
    let places: Vec<_> = doubts.iter().map(|(place, _)| place.as_str()).collect();
    assert_eq!(places, ["id", "outlets[3].code"]);
}

#[test]
fn what_is_withdrawn_is_not_released_by_an_older_plan() {
    let planned = Standing {
        newest: 2,
        state: State::Scheduled,
        editor: "Li".into(),
        released: Some(1),
        withdrawn: false,
        release_at: Some("2026-12-01T00:00:00Z".parse().unwrap()),
    };
    let on = "2026-11-30".parse().unwrap();
    for act in [Act::Withdraw { on }, Act::Repeal { on }] {
        let after = planned.after(1, act, "Zhao", true).unwrap();
        assert_eq!((after.state, after.release_at), (State::Checked, None), "{act:?}");
    }
}

/// The place of a radioactive source is withheld: no other text of the record gives it away.
#[test]
fn a_place_that_is_withheld_stands_in_no_text_of_its_record() {
    let registers =
        Registers::parse(&[("permits.toml".to_owned(), TOML.to_owned())]).unwrap_or_else(|told| panic!("{told}"));
    let register = registers.get("permits").unwrap();
    let values = json!({"number": "P1", "holder": "H", "lat": 28.4402, "lon": 104.9518,
        "note": "源库位于 28.4403, 104.9519；县城 28.60, 104.70；又记 104°57′06″E 28°26′25″N"});
    let values = register.take(values.as_object().unwrap().clone()).unwrap();
    let public = register.disclose(&values);
    assert_eq!(public.place(), None);
    assert_eq!(public.fields()["note"], "源库位于 ***；县城 28.60, 104.70；又记 ***″N");
    assert!(public.withheld().iter().any(|one| one.field == "note" && one.how == "masked"), "{:?}", public.withheld());
    assert_eq!(register.found_by_scan(&public), 1, "whoever checks the record is told");
}
