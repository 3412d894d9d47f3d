//! What is published of an area, and of long periods: figures made of many published records at once.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::compliance::Part;
use crate::observation::{Flag, Status};
use crate::parameter::ParameterId;
use crate::permit::{PermitDay, PermitMonth};
use crate::station::StationId;
use crate::time::{Instant, Period};

/// Whose figures they are.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// A station.
    Station(StationId),
    /// All stations of an area of the registry: a county or a city.
    Area(String),
}

impl Subject {
    /// The subject with this text, as [`Subject`] displays.
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once('/')? {
            ("station", id) => StationId::parse(id).map(Self::Station),
            ("area", name) if !name.is_empty() => Some(Self::Area(name.to_owned())),
            _ => None,
        }
    }
}

impl Serialize for Subject {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Subject {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("{text:?} is no station or area")))
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Station(id) => write!(f, "station/{id}"),
            Self::Area(name) => write!(f, "area/{name}"),
        }
    }
}

/// One summary. A different one of the same subject, kind, period and start is its next revision.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Whose.
    pub subject: Subject,
    /// How long.
    pub period: Period,
    /// Inclusive.
    pub start: Instant,
    /// Exclusive. It may lie ahead: then the figures are those to date.
    pub end: Instant,
    /// What it says.
    pub body: SummaryBody,
}

/// What a summary says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum SummaryBody {
    /// The air quality index of an area in an hour or on a day.
    Index(AreaIndex),
    /// What a month, a quarter or a year was like.
    Air(AirPeriod),
    /// What the waters of an area were like in a month or a year.
    Water(AreaWater),
    /// What the noise of an area was like in a month or a year.
    Noise(AreaNoise),
    /// How a day of an outlet kept to the concentrations of its permit.
    Permit(PermitDay),
    /// How a month of an outlet, and the twelve that end with it, kept to the quantities of its permit.
    Quantity(PermitMonth),
}

impl SummaryBody {
    /// The word for its kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Index(_) => "index",
            Self::Air(_) => "air",
            Self::Water(_) => "water",
            Self::Noise(_) => "noise",
            Self::Permit(_) => "permit",
            Self::Quantity(_) => "quantity",
        }
    }
}

/// How good a summary is, and what it was made by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Standing {
    /// The least that any figure behind it has.
    pub status: Status,
    /// Passed; missing where there is no index, grade or rate; not evaluated where a period has too few valid days yet, or
    /// some of its stations none.
    pub flag: Flag,
    /// Ids of the rules that it was made by.
    pub rules: String,
    /// Whether reviewers marked an exceptional event in any figure behind it. These figures count.
    pub event: bool,
}

impl Standing {
    /// That of a summary made by `rules` of figures with these statuses and marks of events. Where there is none it is missing;
    /// where figures are lacking, of those that there should be, it is not evaluated.
    pub fn of(figures: impl IntoIterator<Item = (Status, bool)>, rules: &[&str], complete: bool) -> Self {
        let (mut status, mut event) = (None, false);
        for (of_figure, marked) in figures {
            status = Some(status.map_or(of_figure, |status: Status| status.min(of_figure)));
            event |= marked;
        }
        let flag = match status {
            None => Flag::Missing,
            Some(_) if complete => Flag::Pass,
            Some(_) => Flag::NotEvaluated,
        };
        Self { status: status.unwrap_or(Status::Provisional), flag, rules: rules.join(" "), event }
    }
}

impl Default for Standing {
    /// That of a summary kept before summaries had one.
    fn default() -> Self {
        Self { status: Status::Provisional, flag: Flag::NotEvaluated, rules: String::new(), event: false }
    }
}

/// The air quality index of an area: that of the means of its stations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AreaIndex {
    /// Id of the edition.
    pub scheme: String,
    /// The index; `None` where the standard gives none.
    pub index: Option<u16>,
    /// Its level.
    pub level: Option<u8>,
    /// Primary pollutants.
    pub primary: Vec<ParameterId>,
    /// Why there is no index.
    pub reason: Option<String>,
    /// The index of the day under the edition of HJ 633 in force on its date, by which days are good or not, where the
    /// pipeline asks for another edition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_force: Option<u16>,
    /// What it is made of.
    pub values: Vec<AreaValue>,
    /// How good it is.
    #[serde(flatten)]
    pub standing: Standing,
}

/// One parameter of an area.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AreaValue {
    /// The parameter.
    pub parameter: ParameterId,
    /// The mean of its stations in the canonical unit; `None` where too few have a valid value.
    pub value: Option<f64>,
    /// Its sub-index.
    pub sub: Option<u16>,
    /// Stations with a valid value.
    pub n: u32,
    /// Stations that measure it.
    pub expected: u32,
    /// Stations whose value lies far from that of the others: for a reviewer to look at. It counts in the mean.
    pub apart: Vec<StationId>,
}

/// What a period was like at a station or in an area, by HJ 663 and GB 3095.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AirPeriod {
    /// Class of area by which limits are chosen, 1 or 2.
    pub class: u8,
    /// One for each parameter that had a valid day.
    pub items: Vec<AirItem>,
    /// Whether each of the six has as many valid days as GB 3095 table 4 asks of it. Where not, the composite index, means
    /// and percentiles are those of the days that there are.
    #[serde(default)]
    pub complete: bool,
    /// The composite index, where all six have what it is made of.
    pub composite: Option<f64>,
    /// The parameters with the largest single index.
    pub main: Vec<ParameterId>,
    /// Days with an index of at most 100 under the edition of HJ 633 in force on their date.
    pub good_days: u32,
    /// Days with such an index.
    pub judged_days: u32,
    /// Good days in percent of judged ones, to one digit; `None` without any.
    #[serde(default)]
    pub good_percent: Option<f64>,
    /// Judged days in which reviewers marked an exceptional event. They are counted.
    #[serde(default)]
    pub event_days: u32,
    /// Days of the period.
    pub days: u32,
    /// What of it is not verified against the standard's text.
    pub unverified: Vec<String>,
    /// How good it is.
    #[serde(flatten)]
    pub standing: Standing,
}

/// One parameter of a period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AirItem {
    /// The parameter.
    pub parameter: ParameterId,
    /// The value of a day: `mean`, or `max8h`.
    pub statistic: crate::observation::Statistic,
    /// Valid days.
    pub n: u32,
    /// Whether GB 3095 table 4 asks for a number of valid days.
    #[serde(default)]
    pub minimum: bool,
    /// Whether they are as many as it asks for; true where it asks for none.
    pub complete: bool,
    /// The mean of these days.
    pub mean: Option<f64>,
    /// The mean of the means of three years, this one the last, where all three have one.
    pub three_year_mean: Option<f64>,
    /// Which percentile is looked at, in percent; `None` of nox and tsp.
    pub percent: Option<u32>,
    /// It.
    pub percentile: Option<f64>,
    /// The limit of a year; `None` where there is none, and for parts of a year.
    pub year_limit: Option<f64>,
    /// The limit of a quarter, where there is one (lead) and it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quarter_limit: Option<f64>,
    /// The limit of a day.
    pub day_limit: Option<f64>,
    /// Days above their limit.
    pub days_over: u32,
    /// By how many times the limit the worst of them lay above it.
    pub worst_multiple: Option<f64>,
    /// Whether mean and percentile keep their limits; `None` for parts of a year and with too few days.
    pub kept: Option<bool>,
    /// The strictest WHO line (2021) of the mean of a year, of ozone of its peak season, that is met: `aqg`, `it4` … `it1`, or
    /// `none`; for years only.
    pub who: Option<String>,
    /// That of days, of which three to four a year may lie above: by their 99th percentile.
    #[serde(default)]
    pub who_day: Option<String>,
    /// Of ozone the mean of the largest 8-hour means in the six consecutive months of the year in which it is largest; `None`
    /// where a month has too few days.
    #[serde(default)]
    pub peak_season: Option<f64>,
}

/// What the waters of an area were like in a month or a year.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AreaWater {
    /// Id of the edition.
    pub scheme: String,
    /// One for the rivers and one for the lakes of the area, as far as it has any.
    pub bodies: Vec<WaterBody>,
    /// Its drinking-water sources, where it has any.
    pub sources: Option<Sources>,
    /// What of it is not verified against the rules' text.
    pub unverified: Vec<String>,
    /// How good it is.
    #[serde(flatten)]
    pub standing: Standing,
}

/// The rivers, or the lakes, of an area.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WaterBody {
    /// `river` or `lake`.
    pub body: String,
    /// 1 excellent, 2 good, 3 light, 4 moderate, 5 heavy pollution; `None` where too little is known.
    pub grade: Option<u8>,
    /// The class of the means of the sections; `None` where the grade is by shares.
    pub class: Option<u8>,
    /// `shares`: by the shares of classes, of a river of five sections and more; else `mean`.
    pub by: String,
    /// Percent of the sections with a class that have class I to III.
    pub good_percent: Option<f64>,
    /// Percent that are worse than class V.
    pub inferior_percent: Option<f64>,
    /// Sections with a class.
    pub n: u32,
    /// Sections.
    pub expected: u32,
    /// Each section with a class.
    pub sections: Vec<SectionGrade>,
}

/// One section.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SectionGrade {
    /// Its station.
    pub station: StationId,
    /// Its class, 6 worse than class V.
    pub class: u8,
    /// Its grade, 1 to 5.
    pub grade: u8,
}

/// Drinking-water sources of an area.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sources {
    /// Id of the edition.
    pub scheme: String,
    /// Sources that meet it.
    pub met: u32,
    /// Sources with a verdict.
    pub n: u32,
    /// Sources.
    pub expected: u32,
    /// `met` of `n`, in percent.
    pub met_percent: f64,
    /// Percent of the water drawn that comes from those that meet it; `None` unless of each source it is known how much it
    /// gives.
    pub volume_percent: Option<f64>,
}

/// What the noise of an area was like in a month or a year.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AreaNoise {
    /// Id of the edition of the limits.
    pub scheme: String,
    /// How often the limits were kept, by class of zone and part of the day.
    pub classes: Vec<ClassRate>,
    /// The mean level of the stations by day and by night, with its grade by HJ 640.
    pub levels: Vec<PartLevel>,
    /// What of it is not verified against the rules' text.
    pub unverified: Vec<String>,
    /// How good it is.
    #[serde(flatten)]
    pub standing: Standing,
}

/// How often stations of a class of zone kept its limit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassRate {
    /// As GB 3096 calls it: `1`, `4a`.
    pub class: String,
    /// By day or by night.
    pub part: Part,
    /// Stations of the class.
    pub stations: u32,
    /// Days or nights that kept the limit.
    pub met: u32,
    /// Days or nights with a valid level.
    pub n: u32,
    /// Days or nights of the period, over all stations.
    pub expected: u32,
    /// `met` of `n`, in percent; `None` where none was judged.
    pub met_percent: Option<f64>,
}

/// The mean level of an area.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartLevel {
    /// By day or by night.
    pub part: Part,
    /// Arithmetic mean of the stations' levels, in dB to the tenth.
    pub mean: f64,
    /// 1 good to 5 poor.
    pub grade: u8,
    /// Stations with a valid level.
    pub n: u32,
    /// Stations.
    pub expected: u32,
}
