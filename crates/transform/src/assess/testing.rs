//! Values for the tests of schemes.

use limpid_model::ParameterId;

use super::graded::Values;
use crate::fixed::Fixed;

/// `ph=7.2 do=8.1`
pub fn values(text: &str) -> Values {
    let pair = |pair: &str| {
        let (name, number) = pair.split_once('=').unwrap();
        (ParameterId::known(name), Fixed::from_f64(number.parse().unwrap()).unwrap().into())
    };
    text.split_whitespace().map(pair).collect()
}
