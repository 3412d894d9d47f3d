//! Codes that others issue, and whether they look as they should. What looks wrong is a doubt that people are told of,
//! never a reason to refuse: codes that break their own rules were lawfully issued.
//!
//! - [`credit_code`]: the unified social credit code of a legal person, GB 32100-2015
//! - [`permit_number`]: numbers of discharge permits and the codes of outlets within them, HJ 608-2017

pub mod credit_code;
pub mod permit_number;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::Serialize;

/// What looks wrong about a code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "doubt", rename_all = "snake_case")]
pub enum Doubt {
    /// It has another number of signs.
    Length {
        /// Signs that it has.
        has: usize,
        /// Signs that it should have.
        should: usize,
    },
    /// A sign that cannot stand where it stands.
    Sign {
        /// Its place, from 1.
        place: usize,
        /// The sign.
        sign: char,
        /// What can stand there.
        should: &'static str,
    },
    /// The check sign is not the one that the others give.
    Check {
        /// The check sign that it has.
        has: char,
        /// The one that it should have.
        should: char,
    },
    /// It is none of the known shapes.
    Shape {
        /// The known shapes.
        should: &'static str,
    },
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { has, should } => write!(f, "it has {has} signs instead of {should}"),
            Self::Sign { place, sign, should } => write!(f, "sign {place} is {sign:?}; {should} stands there"),
            Self::Check { has, should } => write!(f, "the check sign is {has:?}; the others give {should:?}"),
            Self::Shape { should } => write!(f, "it is not shaped like {should}"),
        }
    }
}

/// A kind of code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeKind {
    /// See [`credit_code`].
    CreditCode,
    /// See [`permit_number`].
    PermitNumber,
    /// A code within a permit: an outlet, a treatment or production facility.
    PermitItem,
}

impl CodeKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::CreditCode, Self::PermitNumber, Self::PermitItem];

    /// The word in configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CreditCode => "credit_code",
            Self::PermitNumber => "permit_number",
            Self::PermitItem => "permit_item",
        }
    }

    /// What looks wrong about a code of this kind; nothing where all is well.
    pub fn doubts(self, code: &str) -> Vec<Doubt> {
        match self {
            Self::CreditCode => credit_code::doubt(code).into_iter().collect(),
            Self::PermitNumber => permit_number::doubts(code),
            Self::PermitItem => permit_number::item_doubt(code).into_iter().collect(),
        }
    }
}
