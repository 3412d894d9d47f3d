//! Expressions: what is read, and what is refused with a reason.

use super::super::schema::Set;
use super::{Compare, DEEPEST, Expr, MOST_PARTS, Val, expression, order};

fn path(text: &str) -> Box<Expr> {
    Box::new(Expr::Path(text.split('/').map(str::to_owned).collect()))
}

fn number(number: f64) -> Box<Expr> {
    Box::new(Expr::Literal(Val::Number(number)))
}

#[test]
fn and_binds_before_or_and_a_product_before_a_sum() {
    let compare = |a, b| Expr::Compare(Compare::Eq, a, b);
    assert_eq!(
        expression("result eq 1 or result eq 2 and result eq 3", Set::Observations).unwrap(),
        Expr::Or(vec![
            compare(path("result"), number(1.0)),
            Expr::And(vec![compare(path("result"), number(2.0)), compare(path("result"), number(3.0))]),
        ])
    );
    let sum = expression("result add result mul 3 eq 7", Set::Observations).unwrap();
    let Expr::Compare(_, sum, _) = sum else { panic!("{sum:?}") };
    assert!(matches!(*sum, Expr::Math(super::Math::Add, ..)), "{sum:?}");
    assert_eq!(expression("1 add 2 mul 3", Set::Things), Ok(*number(7.0)));
}

#[test]
fn values_are_read_as_the_standard_writes_them() {
    let literal = |text: &str| match expression(text, Set::Observations) {
        Ok(Expr::Literal(value)) => Some(value),
        _ => None,
    };
    assert_eq!(literal("'it''s'"), Some(Val::Text("it's".into())));
    assert_eq!(literal("-1.5e3"), Some(Val::Number(-1500.0)));
    assert_eq!(literal("null"), Some(Val::Null));
    let starts = |text: &str| literal(text).and_then(|value| value.start()).map(|at| at.to_rfc3339());
    for text in ["2026-11-25T00:00:00Z", "2026-11-25T08:00:00+08:00", "2026-11-25T08:00:00 08:00", "2026-11-25"] {
        assert_eq!(starts(text).as_deref(), Some("2026-11-25T00:00:00+00:00"), "{text}");
    }
    assert!(starts("2026-11-25T00:00:00Z/2026-11-26T00:00:00Z").is_some());
    assert_eq!(starts("2026-11-26T00:00:00Z sub duration'P1D'").as_deref(), Some("2026-11-25T00:00:00+00:00"));
    let yesterday = literal("now() sub duration'P1D'").and_then(|value| value.start()).unwrap();
    assert_eq!((chrono::Utc::now() - yesterday).num_hours(), 24);
    assert!(matches!(literal("geography'POINT (104.9 28.5)'"), Some(Val::Place(_))));
}

#[test]
fn what_cannot_be_read_is_told() {
    for (text, told) in [
        ("", "ends"),
        ("name eq", "ends"),
        ("name eq 'x", "closing quote"),
        ("(name eq 'x'", "\")\""),
        ("name eq 'x')", "should end"),
        ("nam eq 'x'", "name, description"),
        ("Datastreams eq 'x'", "Datastreams/id"),
        ("Datastreams/Observations/result gt 1", "/Observations"),
        ("name/part eq 'x'", "no parts"),
        ("nofunction(name)", "startswith"),
        ("startswith(name)", "2 to 2"),
        ("2026-13-01 eq name", "no time"),
        ("12ab eq 1", "no number"),
        ("duration'P1M' eq 1", "duration'P1DT12H'"),
        ("geography'CIRCLE(1 2)' eq 1", "POLYGON"),
        ("name eq \"x\"", "single quotes"),
    ] {
        let refused = expression(text, Set::Things).unwrap_err();
        assert!(refused.contains(told), "{text}: {refused}");
    }
    let deep = format!("{}name eq 'x'{}", "(".repeat(DEEPEST + 1), ")".repeat(DEEPEST + 1));
    assert!(expression(&deep, Set::Things).unwrap_err().contains("levels"));
    assert!(expression(&"not ".repeat(100_000), Set::Things).unwrap_err().contains("levels"));
    let long = vec!["name eq 'x'"; MOST_PARTS].join(" or ");
    assert!(expression(&long, Set::Things).unwrap_err().contains("parts"));
}

#[test]
fn an_order_is_a_list_of_expressions() {
    let keys = order("phenomenonTime desc, result", Set::Observations).unwrap();
    assert_eq!(keys, [(*path("phenomenonTime"), true), (*path("result"), false)]);
    for text in ["", "result up", "result desc asc", "result,"] {
        assert!(order(text, Set::Observations).is_err(), "{text}");
    }
}
