//! How often a token may upload.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use limpid_model::pipeline::Rate;

/// A bucket that fills at a steady rate and is emptied one by one (the generic cell rate algorithm, in which one instant
/// is all that has to be kept).
#[derive(Debug)]
pub(super) struct Bucket {
    /// From one to the next in the long run.
    interval: Duration,
    /// How far ahead of that pace one may be.
    ahead: Duration,
    /// When the next one is due by that pace; `None` before the first.
    due: Mutex<Option<Instant>>,
}

impl Bucket {
    /// A full bucket.
    pub(super) fn new(rate: Rate) -> Self {
        let interval = Duration::from_nanos(60_000_000_000 / rate.per_minute.max(1));
        let more = u32::try_from(rate.burst.saturating_sub(1)).unwrap_or(u32::MAX);
        Self { interval, ahead: interval.saturating_mul(more), due: Mutex::new(None) }
    }

    /// Takes one at `now`.
    ///
    /// # Errors
    /// With an empty bucket: how long to wait.
    pub(super) fn take(&self, now: Instant) -> Result<(), Duration> {
        // Nothing that panics is done under this lock, and an instant is whole whatever happened.
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        let pace = due.map_or(now, |due| due.max(now));
        match (pace - now).checked_sub(self.ahead) {
            Some(wait) if !wait.is_zero() => Err(wait),
            _ => {
                *due = Some(pace + self.interval);
                Ok(())
            }
        }
    }
}

/// A bucket for each token; of one that was issued while it runs, from its first upload on.
pub(super) struct Rates {
    pub(super) rate: Rate,
    buckets: RwLock<HashMap<String, Bucket>>,
}

impl Rates {
    /// For these holders of tokens.
    pub(super) fn new(rate: Rate, holders: impl IntoIterator<Item = String>) -> Self {
        let buckets: HashMap<_, _> = holders.into_iter().map(|holder| (holder, Bucket::new(rate))).collect();
        Self { rate, buckets: buckets.into() }
    }

    /// Takes one of a holder's at `now`. Only holders of tokens come here.
    ///
    /// # Errors
    /// As [`Bucket::take`].
    pub(super) fn take(&self, holder: &str, now: Instant) -> Result<(), Duration> {
        if let Some(bucket) = self.buckets.read().unwrap_or_else(PoisonError::into_inner).get(holder) {
            return bucket.take(now);
        }
        let mut buckets = self.buckets.write().unwrap_or_else(PoisonError::into_inner);
        buckets.entry(holder.to_owned()).or_insert_with(|| Bucket::new(self.rate)).take(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_let_through_and_then_the_pace_holds() {
        let bucket = Bucket::new(Rate { per_minute: 60, burst: 3 });
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        for _ in 0..3 {
            assert_eq!(bucket.take(at(0)), Ok(()));
        }
        assert_eq!(bucket.take(at(0)), Err(Duration::from_secs(1)));
        // What was refused costs nothing.
        assert_eq!(bucket.take(at(400)), Err(Duration::from_millis(600)));
        assert_eq!(bucket.take(at(1000)), Ok(()));
        assert_eq!(bucket.take(at(1000)), Err(Duration::from_secs(1)));
        // Silence fills it again, and no further than full.
        for _ in 0..3 {
            assert_eq!(bucket.take(at(100_000)), Ok(()));
        }
        assert_eq!(bucket.take(at(100_000)), Err(Duration::from_secs(1)));
    }

    #[test]
    fn in_the_long_run_it_is_the_rate_and_a_clock_that_stands_is_no_way_around() {
        // Asked every 10 ms for 2,000 s: once a minute from the first moment is 34 times, and so on.
        for (per_minute, burst, taken) in [(1, 1, 34), (7, 1, 234), (600, 50, 20_049), (60_000, 1, 200_000)] {
            let bucket = Bucket::new(Rate { per_minute, burst });
            let start = Instant::now();
            let asked = (0..200_000).filter(|tick| bucket.take(start + Duration::from_millis(tick * 10)).is_ok());
            assert_eq!(asked.count(), taken, "{per_minute} a minute");
        }
        let bucket = Bucket::new(Rate { per_minute: 60, burst: 5 });
        let still = Instant::now();
        assert_eq!((0..1000).filter(|_| bucket.take(still).is_ok()).count(), 5);
    }
}
