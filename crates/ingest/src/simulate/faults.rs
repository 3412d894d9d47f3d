//! What goes wrong at simulated stations, so that a gateway can show what it does about it.

use limpid_model::{Period, StationId};

use super::schedule::Dispatch;
use super::synthetic::mix;

/// What goes wrong.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Faults {
    /// This part of the hours, 0 to 1, gets lost on the way; stations remember them and send them when asked.
    pub lose: f64,
    /// The stations' clocks are ahead by so many seconds until they are set.
    pub clock_off_seconds: i64,
}

impl Faults {
    /// Whether a message gets lost; the same each time.
    pub(super) fn loses(&self, station: &StationId, dispatch: &Dispatch) -> bool {
        if self.lose <= 0.0 || dispatch.period != Period::Hour {
            return false;
        }
        let seed = station.as_str().bytes().fold(dispatch.start.timestamp() as u64, |seed, b| mix(seed ^ u64::from(b)));
        // The upper half of a well mixed number, as a number from 0 to 1.
        (seed >> 32) as f64 / f64::from(u32::MAX) < self.lose
    }
}
