//! What a register's file may say, and what is said to it.

use super::*;

const SMALLEST: &str = r#"
title = { zh = "处罚", en = "Penalties" }
key = "number"
[[field]]
name = "number"
type = "text"
label = { zh = "文号", en = "Number" }
"#;

fn read(text: &str) -> Result<Registers, Vec<String>> {
    let files = [("penalties.toml".to_owned(), text.to_owned())];
    Registers::parse(&files).map_err(|mistakes| mistakes.0.iter().map(ToString::to_string).collect())
}

#[test]
fn the_smallest_register_has_the_defaults_of_the_documents() {
    let registers = read(SMALLEST).unwrap();
    let register = registers.get("penalties").unwrap();
    assert_eq!((register.key.as_str(), register.name.as_str()), ("number", "number"));
    assert!(register.four_eyes && !register.dataset && register.disclosure.is_public());
    let field = register.field("number").unwrap();
    assert!(field.required && field.scan && !field.search && !field.filter && field.disclosure.is_public());
    assert_eq!((&register.deadline, &register.validity, &register.place), (&None, &None, &None));
}

#[test]
fn the_permits_of_the_demo_are_read() {
    let text = std::fs::read_to_string(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../pipelines/demo/registers/permits.toml"),
    )
    .unwrap();
    let registers = Registers::parse(&[("permits.toml".to_owned(), text)]).unwrap_or_else(|told| panic!("{told}"));
    let register = registers.get("permits").unwrap();
    assert_eq!(register.deadline, Some(Deadline { working_days: 20, after: "decided".into() }));
    assert_eq!(register.field_at("limits.value").map(|field| &field.kind), Some(&FieldKind::Number));
    let filters: Vec<_> = register.filters().map(|(name, _)| name).collect();
    assert_eq!(filters, ["area", "industry", "class", "outlets.medium", "outlets.station", "limits.pollutant"]);
}

#[test]
fn every_mistake_is_told_at_once_with_line_and_remedy() {
    let told = read(
        r#"title = "X"
kee = "number"
name = "hodler"
disclosure = "withheld"
every = "fortnight"
[deadline]
working_days = 20
[validity]
from = "holder"
[place]
lat = "lat"
[[field]]
name = "holder"
type = "txt"
label = "H"
[[field]]
name = "Number"
type = "text"
label = "N"
[[field]]
name = "holder"
type = "text"
label = "H"
redact = { kind = "telephone" }
[[field]]
name = "kind"
type = "choice"
label = "K"
[[field]]
name = "limit"
type = "text"
label = "L"
[[field]]
name = "see"
type = "link"
to = "register:penaltys"
label = "S"
[[field]]
name = "rows"
type = "text"
label = "R"
[[field.column]]
name = "a"
type = "table"
label = "A"
"#,
    )
    .unwrap_err();
    for (place, words) in [
        ("registers/penalties.toml:1: `key` is missing", "key = \"number\""),
        ("registers/penalties.toml:2: unknown key `kee`", "did you mean `key`?"),
        ("registers/penalties.toml:3: `name` names the unknown field \"hodler\"", "did you mean \"holder\"?"),
        ("registers/penalties.toml:4: `disclosure` has no reason", "trade_secret"),
        ("registers/penalties.toml:5: `every` is \"fortnight\"", "quarter"),
        ("registers/penalties.toml:6: `deadline` is not whole", "after ="),
        ("registers/penalties.toml:9: `validity.from` is \"holder\"", "a date"),
        ("registers/penalties.toml:10: `place` is not whole", "lon ="),
        ("registers/penalties.toml:14: `field.type` is \"txt\"", "did you mean \"text\"?"),
        ("registers/penalties.toml:17: `field.name` is \"Number\"", "lower-case"),
        ("registers/penalties.toml:24: `field.redact.kind` is \"telephone\"", "phone"),
        ("registers/penalties.toml:27: `field.type` is \"choice\" without", "choices ="),
        ("registers/penalties.toml:30: `field.name` is \"limit\"", "meaning in addresses"),
        ("registers/penalties.toml:44: `field.column.type` is \"table\"", "write one of: text"),
        ("registers/penalties.toml:42: `field.column` belongs to type = \"table\"", "remove it"),
    ] {
        assert!(told.iter().any(|one| one.starts_with(place) && one.contains(words)), "{place} {words} in {told:#?}");
    }
}

#[test]
fn a_link_to_a_register_that_is_not_there_is_told() {
    let link = "[[field]]\nname = \"see\"\ntype = \"link\"\nto = \"register:penaltys\"\nlabel = \"S\"\n";
    let told = read(&format!("{SMALLEST}{link}")).unwrap_err();
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("registers/penalties.toml:11: `see` links to the unknown register"), "{told:?}");
    assert!(told[0].contains("did you mean \"register:penalties\"?"), "{told:?}");
}

#[test]
fn a_key_must_be_public_text() {
    for line in ["disclosure = \"on_request\"", "redact = { kind = \"phone\" }"] {
        let told = read(&format!("{SMALLEST}{line}\n")).unwrap_err();
        assert!(told[0].contains("public text without redaction"), "{told:?}");
    }
    let told = Registers::parse(&[("Permits 1.toml".into(), SMALLEST.into())]).unwrap_err();
    assert!(told.to_string().contains("the register's id would be \"Permits 1\""), "{told}");
}

#[test]
fn terms_that_do_not_say_their_last_day_are_mistakes() {
    let field = "[[field]]\nname = \"id\"\ntype = \"text\"\nlabel = \"I\"\n[[field]]\nname = \"on\"\ntype = \"date\"\nlabel = \"O\"\n";
    let said = |term: &str| {
        let text = format!("title = \"T\"\nkey = \"id\"\n[[term]]\nname = \"t\"\nlabel = \"L\"\n{term}\n{field}");
        let mistakes = Registers::parse(&[("r.toml".into(), text)]).err();
        mistakes.map(|mistakes| mistakes.to_string()).unwrap_or_default()
    };
    assert_eq!(said("working_days = 5\nafter = \"on\""), "");
    assert!(said("working_days = 5").contains("does not say how its last day is found"));
    assert!(said("working_days = 5\ndays = 5\nafter = \"on\"").contains("does not say"));
    assert!(said("by = \"02-29\"\nof = \"id\"").contains("term.by"));
    assert!(said("working_days = 5\nafter = \"zzzzz\"").contains("fields are: "));
    assert!(said("working_days = 5\nafter = \"id\"").contains("name a field that is a date"));
    assert!(said("workdays = 5\nafter = \"on\"").contains("working_days"));
}

#[test]
fn a_dataset_has_columns_of_its_own_and_no_field_may_have_their_names() {
    let text = "title = \"T\"\nkey = \"number\"\ndataset = true\n[[field]]\nname = \"number\"\ntype = \"text\"\nlabel = \"N\"\n\
                [[field]]\nname = \"record_key\"\ntype = \"text\"\nlabel = \"K\"\n";
    let parse = |text: &str| Registers::parse(&[("a.toml".to_owned(), text.to_owned())]);
    let mistakes = parse(text).unwrap_err();
    assert_eq!((mistakes.0.len(), mistakes.0[0].line), (1, 9), "{mistakes}");
    assert!(parse(&text.replace("dataset = true\n", "")).is_ok());
}
