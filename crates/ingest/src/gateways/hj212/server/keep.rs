//! How much of what strangers and broken lines send is kept.

use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Bytes that are no frames are kept for the person who mends the device, who needs a few of them. A port open to
/// the world receives no end of them, so that at most this many bytes of all connections are kept in an [`HOUR`]. What
/// goes beyond is counted in the metrics and dropped.
const BYTES: usize = 16 << 20;

const HOUR: Duration = Duration::from_secs(3600);

/// The room that is left in this hour.
#[derive(Debug)]
pub(super) struct Keep(Mutex<(Instant, usize)>);

impl Default for Keep {
    fn default() -> Self {
        Self(Mutex::new((Instant::now(), BYTES)))
    }
}

impl Keep {
    /// Whether `bytes` more may be kept.
    pub(super) fn take(&self, bytes: usize) -> bool {
        self.take_at(Instant::now(), bytes)
    }

    fn take_at(&self, now: Instant, bytes: usize) -> bool {
        // Poisoned or not, the two numbers are whole.
        let mut room = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if now.saturating_duration_since(room.0) >= HOUR {
            *room = (now, BYTES);
        }
        let fits = bytes <= room.1;
        if fits {
            room.1 -= bytes;
        }
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_has_its_room_and_the_next_one_too() {
        let keep = Keep::default();
        let start = Instant::now();
        assert!(keep.take_at(start, BYTES - 1));
        assert!(!keep.take_at(start, 2));
        assert!(keep.take_at(start, 1), "what fits is taken after what did not");
        assert!(!keep.take_at(start + HOUR / 2, 1));
        assert!(keep.take_at(start + HOUR * 2, BYTES));
    }
}
