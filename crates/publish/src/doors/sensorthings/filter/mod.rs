//! `$filter` and `$orderby`: expressions of OData 4.0 as SensorThings has them (18-088, 9.3.3.5).
//!
//! - `lexer`: text to words; `parse`: words to an [`Expr`], names checked
//! - [`eval`]: what an expression says of an entity; `functions`: those that it may call
//! - [`value`]: what expressions are about

pub mod eval;
mod functions;
mod lexer;
mod parse;
#[cfg(test)]
mod tests;
pub mod value;

pub use functions::Function;
pub use parse::{expression, order};
pub use value::Val;

/// Parts of one expression at most.
pub const MOST_PARTS: usize = 500;
/// Parentheses, calls and signs within each other at most.
pub const DEEPEST: usize = 40;

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// All of them hold.
    And(Vec<Expr>),
    /// One of them holds.
    Or(Vec<Expr>),
    /// It does not hold.
    Not(Box<Expr>),
    /// Two values compared.
    Compare(Compare, Box<Expr>, Box<Expr>),
    /// Two numbers calculated with.
    Math(Math, Box<Expr>, Box<Expr>),
    /// A function called.
    Call(Function, Vec<Expr>),
    /// A property, perhaps of a related entity: `Datastream/Thing/name`.
    Path(Vec<String>),
    /// A value as written.
    Literal(Val),
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
    /// Less.
    Lt,
    /// Less or equal.
    Le,
}

impl Compare {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "eq" => Self::Eq,
            "ne" => Self::Ne,
            "gt" => Self::Gt,
            "ge" => Self::Ge,
            "lt" => Self::Lt,
            "le" => Self::Le,
            _ => return None,
        })
    }

    /// The same with its sides exchanged.
    pub fn turned(self) -> Self {
        match self {
            Self::Gt => Self::Lt,
            Self::Ge => Self::Le,
            Self::Lt => Self::Gt,
            Self::Le => Self::Ge,
            same => same,
        }
    }
}

/// How two numbers are calculated with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Math {
    /// Sum.
    Add,
    /// Difference.
    Sub,
    /// Product.
    Mul,
    /// Quotient.
    Div,
    /// Remainder.
    Mod,
}

impl Expr {
    /// Its conjuncts: what must hold all together.
    pub fn conjuncts(self) -> Vec<Self> {
        match self {
            Self::And(parts) => parts,
            other => vec![other],
        }
    }

    /// Whether every property in it is one of the entity related as `name`.
    pub fn only_of(&self, name: &str) -> bool {
        match self {
            Self::And(parts) | Self::Or(parts) | Self::Call(_, parts) => parts.iter().all(|part| part.only_of(name)),
            Self::Not(part) => part.only_of(name),
            Self::Compare(_, a, b) | Self::Math(_, a, b) => a.only_of(name) && b.only_of(name),
            Self::Path(path) => path.first().is_some_and(|first| first == name),
            Self::Literal(_) => true,
        }
    }
}
