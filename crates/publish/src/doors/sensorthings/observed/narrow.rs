//! What of a filter narrows what is read: spans of time, and what is said of Datastreams.

use std::sync::Arc;

use chrono::Duration;
use limpid_model::Instant;

use super::super::entity::{Entity, Stream};
use super::super::filter::{Compare, Expr, Val, eval};
use super::super::world::World;

/// The span of starts that a comparison of `phenomenonTime` with a time leaves.
pub fn span(expr: &Expr) -> Option<(Instant, Instant)> {
    let Expr::Compare(compare, a, b) = expr else { return None };
    let is_time = |expr: &Expr| matches!(expr, Expr::Path(path) if path == &["phenomenonTime"]);
    let (compare, at) = match (&**a, &**b) {
        (path, Expr::Literal(value @ Val::Time(_))) if is_time(path) => (*compare, value.start()?),
        (Expr::Literal(value @ Val::Time(_)), path) if is_time(path) => (compare.turned(), value.start()?),
        _ => return None,
    };
    let behind = at + Duration::microseconds(1);
    Some(match compare {
        Compare::Ge => (at, Instant::MAX_UTC),
        Compare::Gt => (behind, Instant::MAX_UTC),
        Compare::Lt => (Instant::MIN_UTC, at),
        Compare::Le => (Instant::MIN_UTC, behind),
        Compare::Eq => (at, behind),
        Compare::Ne => return None,
    })
}

/// Whether what is said of an observation's Datastream holds of this one.
pub fn of_stream(part: &Expr, stream: &Arc<Stream>, world: &World) -> bool {
    eval::holds(&without_first(part), &Entity::Datastream(stream.clone()), world)
}

/// The same expression, seen from the entity that the first part of each path leads to.
fn without_first(expr: &Expr) -> Expr {
    let all = |parts: &[Expr]| parts.iter().map(without_first).collect();
    match expr {
        Expr::And(parts) => Expr::And(all(parts)),
        Expr::Or(parts) => Expr::Or(all(parts)),
        Expr::Not(part) => Expr::Not(Box::new(without_first(part))),
        Expr::Compare(compare, a, b) => Expr::Compare(*compare, Box::new(without_first(a)), Box::new(without_first(b))),
        Expr::Math(math, a, b) => Expr::Math(*math, Box::new(without_first(a)), Box::new(without_first(b))),
        Expr::Call(function, given) => Expr::Call(*function, all(given)),
        Expr::Path(path) => Expr::Path(path[1..].to_vec()),
        Expr::Literal(value) => Expr::Literal(value.clone()),
    }
}
