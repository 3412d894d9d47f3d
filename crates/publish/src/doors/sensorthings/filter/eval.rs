//! What an expression says of an entity.

use std::cmp::Ordering;

use limpid_model::Instant;

use super::super::entity::Entity;
use super::super::time::{Interval, sound};
use super::super::world::World;
use super::value::Val;
use super::{Compare, Expr, Math};

/// Values that one part of an expression may have: a path through several related entities has one for each.
pub const MOST_VALUES: usize = 10_000;

/// Whether it holds. Where a path leads to several entities, one that makes it true is enough.
pub fn holds(expr: &Expr, of: &Entity, world: &World) -> bool {
    match expr {
        Expr::And(parts) => parts.iter().all(|part| holds(part, of, world)),
        Expr::Or(parts) => parts.iter().any(|part| holds(part, of, world)),
        Expr::Not(part) => !holds(part, of, world),
        other => values(other, of, world).contains(&Val::Bool(true)),
    }
}

/// Its first value, for an order.
pub fn value(expr: &Expr, of: &Entity, world: &World) -> Val {
    values(expr, of, world).into_iter().next().unwrap_or(Val::Null)
}

fn values(expr: &Expr, of: &Entity, world: &World) -> Vec<Val> {
    match expr {
        Expr::Literal(value) => vec![value.clone()],
        Expr::Path(path) => world.values(of, path),
        Expr::And(_) | Expr::Or(_) | Expr::Not(_) => vec![Val::Bool(holds(expr, of, world))],
        Expr::Compare(compare, a, b) => pairs(a, b, of, world, |a, b| Val::Bool(compared(*compare, a, b))),
        Expr::Math(math, a, b) => pairs(a, b, of, world, |a, b| calculated(*math, a, b)),
        Expr::Call(function, given) => {
            let mut lists = given.iter().map(|one| values(one, of, world));
            let (Some(first), rest) = (lists.next(), lists.collect::<Vec<_>>()) else {
                return vec![function.call(&[], world.zone())];
            };
            let mut combined: Vec<Vec<&Val>> = first.iter().map(|value| vec![value]).collect();
            for list in &rest {
                combined = combined
                    .iter()
                    .flat_map(|before| list.iter().map(|value| [&before[..], &[value]].concat()))
                    .take(MOST_VALUES)
                    .collect();
            }
            combined.iter().map(|given| function.call(given, world.zone())).collect()
        }
    }
}

fn pairs(a: &Expr, b: &Expr, of: &Entity, world: &World, made: impl Fn(&Val, &Val) -> Val) -> Vec<Val> {
    let (a, b) = (values(a, of, world), values(b, of, world));
    a.iter().flat_map(|a| b.iter().map(|b| made(a, b))).take(MOST_VALUES).collect()
}

/// What cannot be compared is neither equal nor in order.
fn compared(compare: Compare, a: &Val, b: &Val) -> bool {
    let order = a.compare(b);
    let null = matches!((a, b), (Val::Null, _) | (_, Val::Null));
    match compare {
        Compare::Eq => order == Some(Ordering::Equal),
        Compare::Ne => order != Some(Ordering::Equal),
        _ if null => false,
        Compare::Gt => order == Some(Ordering::Greater),
        Compare::Lt => order == Some(Ordering::Less),
        Compare::Ge => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        Compare::Le => matches!(order, Some(Ordering::Less | Ordering::Equal)),
    }
}

/// Two numbers, or a time and a length of time; null for anything else.
pub fn calculated(math: Math, a: &Val, b: &Val) -> Val {
    if let (Some(time), Val::Span(span)) = (a.time(), b) {
        let span = match math {
            Math::Add => *span,
            Math::Sub => -*span,
            _ => return Val::Null,
        };
        let moved = |at: Instant| at.checked_add_signed(span).and_then(sound);
        let (Some(start), Some(end)) = (moved(time.start), moved(time.end)) else { return Val::Null };
        return Val::Time(Interval { start, end });
    }
    let (Some(a), Some(b)) = (a.number(), b.number()) else { return Val::Null };
    let number = match math {
        Math::Add => a + b,
        Math::Sub => a - b,
        Math::Mul => a * b,
        Math::Div => a / b,
        Math::Mod => a % b,
    };
    if number.is_finite() { Val::Number(number) } else { Val::Null }
}
