//! What a station's logger remembers of its data, sent or not.

use std::collections::BTreeMap;

use limpid_model::{Instant, Period};

use crate::simulate::schedule::Dispatch;

/// So many messages are remembered, the latest: a day and a half of minutes and hours, or twelve weeks of hours alone.
/// A message of a dozen values has some 500 bytes.
const MOST: usize = 2000;

/// The messages, by the order in which they became due.
#[derive(Debug, Default)]
pub(super) struct Memory(BTreeMap<(Instant, Period), Dispatch>);

impl Memory {
    /// Keeps what can be asked for again: all but moments.
    pub(super) fn keep(&mut self, dispatch: &Dispatch) {
        if dispatch.period == Period::Moment {
            return;
        }
        self.0.insert((dispatch.due, dispatch.period), dispatch.clone());
        if self.0.len() > MOST {
            self.0.pop_first();
        }
    }

    /// The messages of a period of which `wanted` holds.
    pub(super) fn find(&self, period: Period, wanted: impl Fn(&Dispatch) -> bool) -> Vec<Dispatch> {
        self.0.values().filter(|dispatch| dispatch.period == period && wanted(dispatch)).cloned().collect()
    }
}
