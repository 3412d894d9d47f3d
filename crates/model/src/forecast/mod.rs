//! What limpid expects of the coming hours and days, as it was issued, and how good such issues were.

mod score;

use chrono::Duration;
use serde::{Deserialize, Serialize};

pub use score::{DayScores, Errors, ForecastScore, Scored};

use crate::observation::Statistic;
use crate::parameter::ParameterId;
use crate::summary::Subject;
use crate::time::Instant;

/// Quantiles that go out with every value, in thousandths.
pub const QUANTILES: [u16; 7] = [50, 100, 250, 500, 750, 900, 950];

/// Days of hours that some station must have before the program issues forecasts by itself: what is usual is not known from
/// fewer.
pub const LEAST_DAYS: i64 = 14;
/// An issue is late when it is made so long after it was due.
const PUNCTUAL: Duration = Duration::hours(1);

/// One issue for one station or area. It is never changed: who knows better issues another that amends it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Forecast {
    /// Its number, in the order in which issues were kept; 0 before that.
    #[serde(skip)]
    pub id: u64,
    /// When it was issued.
    pub issued: Instant,
    /// When it was due, by the times of the configuration; `None` of one that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Instant>,
    /// The end of the last hour that was known.
    pub origin: Instant,
    /// For where.
    pub subject: Subject,
    /// What made it.
    pub model: ModelNote,
    /// The number of the newest published record then: no later revision went in.
    pub published: u64,
    /// Outside forecasts that went in.
    pub outlooks: Vec<OutlookNote>,
    /// The station has less than 60 days of its own: what is usual there is that of its neighbours.
    pub young: bool,
    /// The hours, one series for each parameter.
    pub hours: Vec<HourSeries>,
    /// The days, the next one first.
    pub days: Vec<ForecastDay>,
    /// Who amended which issue, and why.
    pub amends: Option<Amendment>,
    /// A warning that the authority's plan would ask for: for the operator to decide about, not for the public.
    pub proposal: Option<Proposal>,
}

impl Forecast {
    /// Whether it was issued more than an hour after it was due. Who amends one later is not late.
    pub fn late(&self) -> bool {
        self.amends.is_none() && self.due.is_some_and(|due| self.issued - due > PUNCTUAL)
    }
}

/// A trained model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelNote {
    /// The first 16 digits of the SHA-256 of what was fitted.
    pub id: String,
    /// The version of limpid that fitted it.
    pub version: String,
    /// Start of the first hour that it was fitted on.
    pub from: Instant,
    /// End of the last one.
    pub until: Instant,
}

/// An outside forecast that went in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutlookNote {
    /// Whose model.
    pub model: String,
    /// Which of its issues.
    pub issued: Instant,
}

/// Who amended which issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amendment {
    /// The number of the issue that it stands in place of.
    pub of: u64,
    /// Who.
    pub who: String,
    /// Why.
    pub why: String,
}

/// What is to be changed: the figure of one parameter on one day.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Where.
    pub subject: Subject,
    /// Of what.
    pub parameter: ParameterId,
    /// A time of the day that it is about.
    pub day: Instant,
    /// The value that is expected then, in the canonical unit.
    pub value: f32,
    /// Who says so.
    pub who: String,
    /// Why.
    pub why: String,
}

/// A warning that would be due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// `yellow`, `orange` or `red`.
    pub level: String,
    /// The index of each day that it follows from.
    pub indices: Vec<u16>,
}

/// What is expected, and what may come.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Expected {
    /// The expected value, in the parameter's canonical unit.
    pub mean: f32,
    /// What is usual then.
    pub usual: f32,
    /// One for each of [`QUANTILES`], rising.
    pub quantiles: [f32; QUANTILES.len()],
}

impl Expected {
    /// The end of the 80 % interval below.
    pub fn p10(&self) -> f32 {
        self.quantiles[1]
    }

    /// The end of the 80 % interval above.
    pub fn p90(&self) -> f32 {
        self.quantiles[5]
    }

    /// All of it times `factor`, what is usual excepted.
    pub fn scaled(&self, factor: f32) -> Self {
        Self { mean: self.mean * factor, usual: self.usual, quantiles: self.quantiles.map(|value| value * factor) }
    }
}

/// Hours of one parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HourSeries {
    /// Of what.
    pub parameter: ParameterId,
    /// Start of the first hour.
    pub start: Instant,
    /// The method of each day ahead.
    pub methods: Vec<MethodNote>,
    /// One for each hour; `None` where nothing can be said.
    pub hours: Vec<Option<Expected>>,
}

/// Which method it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MethodNote {
    /// `ridge`, `climatology`, …
    pub method: String,
    /// The method that is usually best lost to climatology in the last 60 days and made way for this.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fell_back: bool,
}

/// A calendar day of the authority's zone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ForecastDay {
    /// Inclusive.
    pub start: Instant,
    /// Exclusive.
    pub end: Instant,
    /// Days ahead: 1 is the first day that begins after the issue.
    pub lead_day: u8,
    /// One for each parameter.
    pub figures: Vec<DayFigure>,
    /// Id of the edition by which it is judged.
    pub scheme: String,
    /// The range of the index that every second such day keeps within.
    pub index: Option<[u16; 2]>,
    /// The index that every second such day comes above.
    pub median: Option<u16>,
    /// The level that is announced.
    pub level: Option<u8>,
    /// The chance of each level, from level 1 on, 0 to 1.
    pub chances: Vec<f32>,
    /// The pollutants that the index is expected to be made of.
    pub primary: Vec<ParameterId>,
}

/// One parameter's figure of a day: the mean, or of ozone the largest 8-hour mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DayFigure {
    /// Of what.
    pub parameter: ParameterId,
    /// Which figure.
    pub statistic: Statistic,
    /// By which method.
    #[serde(flatten)]
    pub method: MethodNote,
    /// What is expected.
    pub expected: Expected,
}
