//! How the monitoring of a discharge keeps to its permit: days against concentrations, months against quantities.

use serde::{Deserialize, Serialize};

use crate::observation::{Flag, Status};
use crate::parameter::ParameterId;
use crate::summary::Standing;
use crate::time::Instant;

/// Which version of which permit something was judged by, and at which outlet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermitVersion {
    /// The permit's number.
    pub permit: String,
    /// The revision of its record.
    #[serde(rename = "permit_revision")]
    pub revision: u32,
    /// The outlet within it: `DA001`.
    pub outlet: String,
}

/// What is averaged before it is put against a concentration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Averaging {
    /// Each hour is judged.
    Hour,
    /// Each day is judged.
    Day,
}

/// A day of an outlet against the concentrations of its permit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PermitDay {
    /// By what it was judged.
    #[serde(flatten)]
    pub version: PermitVersion,
    /// Why it is judged no more, though it was: `no_permit` where no permit that is public was in force, `no_quantity` where the
    /// one that was permits no quantity. Then nothing else is said, and `version` is by what it was judged last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// One for each limit of the outlet that could be judged.
    pub limits: Vec<JudgedLimit>,
    /// Stretches above a limit, or below a lower one.
    pub exceedances: Vec<Exceedance>,
    /// Limits of the permit that could not be judged, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unjudged: Vec<Unjudged>,
    /// Whether people looked at all of it; until then it is automatic monitoring, not reviewed by the authority.
    pub reviewed: bool,
    /// How good it is.
    #[serde(flatten)]
    pub standing: Standing,
}

/// One limit on one day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JudgedLimit {
    /// Of what.
    pub parameter: ParameterId,
    /// What is judged.
    pub averaging: Averaging,
    /// At most, in the canonical unit; the limit itself is kept.
    pub upper: Option<f64>,
    /// At least.
    pub lower: Option<f64>,
    /// Hours, or days, that were judged.
    pub n: u32,
    /// Those that there are.
    pub expected: u32,
    /// Those that broke the limit.
    pub over: u32,
    /// Those that lie in a time which the unit marked, as of a start or a fault; they are not judged.
    pub marked: u32,
    /// The value farthest from the limit, on the wrong side or the right one.
    pub worst: Option<f64>,
}

/// Hours without a break, or one day, beyond a limit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exceedance {
    /// Of what.
    pub parameter: ParameterId,
    /// What is judged.
    pub averaging: Averaging,
    /// Inclusive; on an earlier day where it began then, at most seven days back.
    pub start: Instant,
    /// Exclusive; the end of this day at the latest.
    pub end: Instant,
    /// How long, in hours.
    pub hours: u32,
    /// The limit.
    pub limit: f64,
    /// The worst value.
    pub worst: f64,
    /// How many times the limit that lies above it, to one digit; `None` where that says nothing.
    pub multiple: Option<f64>,
    /// The instrument's own marks of these hours, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<String>,
}

/// A limit that could not be judged.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unjudged {
    /// The pollutant, as the permit has it.
    pub pollutant: String,
    /// A stable word: `unknown_pollutant`, `unknown_unit`, `no_value`, `not_monitored`.
    pub why: String,
}

/// A month of an outlet, and the twelve that end with it, against the quantities of its permit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PermitMonth {
    /// By what it was judged.
    #[serde(flatten)]
    pub version: PermitVersion,
    /// Why it is judged no more, though it was: `no_permit` where no permit that is public was in force, `no_quantity` where the
    /// one that was permits no quantity. Then nothing else is said, and `version` is by what it was judged last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// One for each quantity of the permit.
    pub quantities: Vec<Quantity>,
    /// Whether people looked at all of the month.
    pub reviewed: bool,
    /// How good it is.
    #[serde(flatten)]
    pub standing: Standing,
}

/// How much of something was discharged. Hours without a value are not filled in: what is given was discharged at least.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quantity {
    /// Of what.
    pub parameter: ParameterId,
    /// Kilograms in the month.
    pub month_kg: f64,
    /// Hours of the month with concentration and flow.
    pub n: u32,
    /// Hours of the month.
    pub expected: u32,
    /// Kilograms in the twelve months that end with this one.
    pub months12_kg: f64,
    /// Hours of these with concentration and flow.
    pub months12_n: u32,
    /// Hours of these.
    pub months12_expected: u32,
    /// Kilograms that may be discharged in any twelve months.
    pub limit_kg: f64,
    /// Whether that is exceeded. What is not measured in full may be exceeded without being seen.
    pub exceeded: bool,
}

impl PermitDay {
    /// The same day, judged no more.
    pub fn vacated(self, reason: &str) -> Self {
        let standing = vacant(self.standing);
        let (limits, exceedances, unjudged) = (Vec::new(), Vec::new(), Vec::new());
        let reason = Some(reason.to_owned());
        Self { version: self.version, reason, limits, exceedances, unjudged, reviewed: false, standing }
    }
}

impl PermitMonth {
    /// The same month, judged no more.
    pub fn vacated(self, reason: &str) -> Self {
        let standing = vacant(self.standing);
        let reason = Some(reason.to_owned());
        Self { version: self.version, reason, quantities: Vec::new(), reviewed: false, standing }
    }
}

/// The standing of what says nothing.
fn vacant(standing: Standing) -> Standing {
    Standing { status: Status::Provisional, flag: Flag::Missing, event: false, ..standing }
}
