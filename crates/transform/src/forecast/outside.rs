//! What an outside model said of a station, issue by issue.

use limpid_model::Outlook;

use super::panel::Panel;

/// One issue, in hours of a panel.
#[derive(Debug, Clone, PartialEq)]
struct Issue {
    /// The hour by whose end it was known.
    known: i64,
    /// The first hour that it speaks of.
    first: i64,
    values: Vec<f32>,
}

/// The issues for one station and parameter, the oldest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outside(Vec<Issue>);

impl Outside {
    /// Of these issues, all of one station, parameter and model.
    pub fn new<'o>(panel: &Panel, outlooks: impl Iterator<Item = &'o Outlook>) -> Self {
        let hour = |at: limpid_model::Instant| at.signed_duration_since(panel.start).num_hours();
        let issue = |outlook: &Outlook| Issue {
            known: hour(outlook.issued),
            first: hour(outlook.start),
            values: outlook.values.iter().map(|value| value.map_or(f32::NAN, |value| value as f32)).collect(),
        };
        let mut issues: Vec<Issue> = outlooks.map(issue).collect();
        issues.sort_by_key(|issue| issue.known);
        Self(issues)
    }

    /// Whether there is any.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What the newest issue that was known by the end of hour `origin` says of `hour`; NaN where it says nothing.
    pub fn said(&self, origin: usize, hour: usize) -> f32 {
        let known = self.0.partition_point(|issue| issue.known <= origin as i64);
        let Some(issue) = known.checked_sub(1).map(|at| &self.0[at]) else { return f32::NAN };
        let place = usize::try_from(hour as i64 - issue.first).ok();
        place.and_then(|place| issue.values.get(place)).copied().unwrap_or(f32::NAN)
    }
}
