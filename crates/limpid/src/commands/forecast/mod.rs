//! `limpid forecast`: one command a file.

mod arguments;
mod backtest;
mod issue;

use chrono::{DateTime, NaiveDate};
use limpid_model::{Instant, ParameterId, Zone};

pub use arguments::ForecastCommand;

use crate::failure::Failure;

/// Does what is asked for.
pub fn run(command: ForecastCommand) -> Result<(), Failure> {
    match command {
        ForecastCommand::Backtest(arguments) => backtest::run(&arguments),
        ForecastCommand::Train(arguments) => issue::train(&arguments),
        ForecastCommand::Issue(arguments) => issue::issue(&arguments),
        ForecastCommand::Amend(arguments) => issue::amended(&arguments),
    }
}

/// A parameter that is forecast.
fn parameter(name: &str) -> Result<ParameterId, Failure> {
    let known = limpid_transform::assess::six();
    let found = ParameterId::parse(name).filter(|parameter| known.contains(parameter));
    let names = known.map(ParameterId::as_str).join(", ");
    found.ok_or_else(|| Failure::Usage(format!("--parameter: {name:?} is not forecast; write one of {names}")))
}

/// A time with offset, or the beginning of a day of the publisher's zone.
fn time(option: &str, text: &str, zone: Zone) -> Result<Instant, Failure> {
    let day = || text.parse::<NaiveDate>().ok().map(|day| zone.start_of(day));
    let at = DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc()).or_else(day);
    let at = at.map(|at| zone.floor_hour(at));
    at.ok_or_else(|| Failure::Usage(format!("{option} {text}: write 2026-11-25 or 2026-11-25T08:00:00+08:00")))
}
