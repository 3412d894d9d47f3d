//! What of a forecast an authority may put in words. Forecasts and warnings of heavy pollution are for the government of a
//! city or province to give (Air Pollution Prevention and Control Law, articles 95 and 121); a county shows concentrations.

use limpid_model::forecast::ForecastDay;
use limpid_model::pipeline::Authority;
use limpid_model::{Pipeline, Scheme};

/// Whether the publisher may warn in its own name. It may always pass on what others say.
///
/// # Errors
/// The rule that forbids it.
pub fn may_warn(pipeline: &Pipeline) -> Result<(), String> {
    if pipeline.publisher.authority > Authority::County || pipeline.alerts.legal_basis.is_some() {
        return Ok(());
    }
    let law = "Air Pollution Prevention and Control Law, articles 95 and 121";
    Err(format!(
        "warnings are for the government of a city or province to give ({law}), and publisher.authority is county: pass theirs on as application/cap+xml, or name the rule that allows it in alerts.legal_basis"
    ))
}

/// The first level of heavy pollution in schemes of six levels.
const HEAVY: u8 = 5;

/// Whether level, index and their words are to be withheld: the day, or the upper end of its range, is above the remit.
pub fn withheld(pipeline: &Pipeline, day: &ForecastDay) -> bool {
    if pipeline.publisher.authority > Authority::County || pipeline.forecast.legal_basis.is_some() {
        return false;
    }
    let highest = day.index.and_then(|[_, high]| Scheme::parse(&day.scheme)?.level_of(high));
    day.level.is_some_and(|level| level >= HEAVY) || highest.is_some_and(|level| level.level >= HEAVY)
}
