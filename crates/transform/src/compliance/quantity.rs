//! Months of an outlet, and the twelve that end with each, against the quantities of its permit.
//!
//! An hour discharges its mean concentration times its mean flow. Hours without either are not filled in. What was discharged
//! above a limit counts like the rest (State Council Order 736 of 2021, article 21), and so does what was discharged in a time
//! that the unit marked.

use limpid_model::ParameterId;
use limpid_model::permit::Quantity;

use super::permit::Permitted;

/// What one month discharged of something.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Mass {
    /// Kilograms.
    pub kg: f64,
    /// Hours with concentration and flow.
    pub n: u32,
    /// Hours of the month.
    pub expected: u32,
}

/// Kilograms of an hour with this mean concentration, in the parameter's canonical unit, and this mean flow in m3/s; `None` for
/// what is no concentration of mass.
pub fn kilograms(parameter: ParameterId, concentration: f64, flow: f64) -> Option<f64> {
    let grams_in_m3 = match parameter.unit().as_str() {
        "mg/L" => 1.0,
        "mg/m3" | "ug/L" => 1e-3,
        "ug/m3" => 1e-6,
        _ => return None,
    };
    Some(concentration * grams_in_m3 * flow * 3600.0 / 1000.0)
}

/// The last of `months` and all of them, at most twelve, the oldest first, against what is permitted.
pub fn judge(permitted: &Permitted, months: &[Mass]) -> Option<Quantity> {
    let months = &months[months.len().saturating_sub(12)..];
    let last = months.last()?;
    let kg = months.iter().map(|month| month.kg).sum::<f64>();
    // A gram: sums of floats are not exact to the last digit.
    let rounded = |kg: f64| (kg * 1000.0).round() / 1000.0;
    Some(Quantity {
        parameter: permitted.parameter,
        month_kg: rounded(last.kg),
        n: last.n,
        expected: last.expected,
        months12_kg: rounded(kg),
        months12_n: months.iter().map(|month| month.n).sum(),
        months12_expected: months.iter().map(|month| month.expected).sum(),
        limit_kg: permitted.kg,
        exceeded: rounded(kg) > permitted.kg,
    })
}
