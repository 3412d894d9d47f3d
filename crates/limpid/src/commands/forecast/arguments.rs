//! What the command line of `limpid forecast` takes.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use limpid_transform::forecast::weather::Ahead;

use crate::cli::{PipelineDir, State};

/// `limpid forecast …`
#[derive(Debug, Subcommand)]
pub enum ForecastCommand {
    /// Fit the methods on the past, ask them over a span after it, and say how they did
    Backtest(Backtest),
    /// Fit the model that forecasts are issued by; limpid run does it once a week
    Train(Train),
    /// Issue forecasts now; limpid run does it at the times of the configuration
    Issue(Issue),
    /// Issue the newest forecast anew with one day's figure changed, and a reason; while limpid runs, by
    /// POST /api/v1/forecasts/amendments
    Amend(Amend),
}

/// `limpid forecast backtest`
#[derive(Debug, Args)]
pub struct Backtest {
    #[command(flatten)]
    pub pipeline: PipelineDir,
    #[command(flatten)]
    pub state: State,
    /// What is forecast: pm25, pm10, so2, no2, co or o3
    #[arg(long, value_name = "ID")]
    pub parameter: String,
    /// Train on hours before this time (a date of the publisher's zone, or a time with offset)
    #[arg(long, value_name = "TIME")]
    pub train_until: String,
    /// The first forecast's time; default: where the training ends
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// The last day of forecasts, or the time before which they are made
    #[arg(long, value_name = "TIME")]
    pub to: String,
    /// Hours ahead
    #[arg(long, value_name = "N", default_value_t = 72, value_parser = clap::value_parser!(u8).range(6..=72))]
    pub hours: u8,
    /// Time from one forecast to the next, in hours
    #[arg(long, value_name = "Nh", default_value = "6h", value_parser = hours)]
    pub issue_every: usize,
    /// What is known of the weather to come
    #[arg(long, value_enum, default_value_t)]
    pub future_weather: FutureWeather,
    /// Print one JSON line for each model and lead day instead of a table
    #[arg(long)]
    pub json: bool,
    /// Also write every forecast, with what came true, to this CSV file
    #[arg(long, value_name = "FILE")]
    pub forecasts: Option<PathBuf>,
}

/// What is known of the weather to come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum FutureWeather {
    /// Nothing
    #[default]
    None,
    /// What was observed, with errors like those of a weather forecast
    Simulated,
    /// What was observed: a bound that no forecast reaches
    Observed,
}

impl From<FutureWeather> for Ahead {
    fn from(weather: FutureWeather) -> Self {
        match weather {
            FutureWeather::None => Self::None,
            FutureWeather::Simulated => Self::Simulated,
            FutureWeather::Observed => Self::Panel,
        }
    }
}

/// A number of hours, `6h`.
fn hours(text: &str) -> Result<usize, String> {
    let number = text.strip_suffix('h').and_then(|number| number.parse().ok());
    number.filter(|hours| (1..=168).contains(hours)).ok_or_else(|| "write a number of hours from 1h to 168h".to_owned())
}

/// `limpid forecast train`
#[derive(Debug, Args)]
pub struct Train {
    #[command(flatten)]
    pub pipeline: PipelineDir,
    #[command(flatten)]
    pub state: State,
    /// Train on hours before this time; default now
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
}

/// `limpid forecast issue`
#[derive(Debug, Args)]
pub struct Issue {
    #[command(flatten)]
    pub pipeline: PipelineDir,
    #[command(flatten)]
    pub state: State,
    /// Issue as if it were this time, from what stands now about the hours before it; default now
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
}

/// `limpid forecast amend`
#[derive(Debug, Args)]
pub struct Amend {
    #[command(flatten)]
    pub pipeline: PipelineDir,
    #[command(flatten)]
    pub state: State,
    /// The station
    #[arg(long, value_name = "ID", required_unless_present = "area", conflicts_with = "area")]
    pub station: Option<String>,
    /// The area
    #[arg(long, value_name = "NAME")]
    pub area: Option<String>,
    /// What is forecast: pm25, pm10, so2, no2, co or o3
    #[arg(long, value_name = "ID")]
    pub parameter: String,
    /// The day, of the publisher's zone
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub day: String,
    /// The mean of the day that is expected, of ozone the largest 8-hour mean, in the canonical unit
    #[arg(long, value_name = "N")]
    pub value: f32,
    /// Who amends
    #[arg(long, value_name = "NAME")]
    pub who: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub why: String,
}
