//! The clock of simulated stations.

use chrono::{Duration, Utc};
use limpid_model::Instant;
use tokio::time;

/// Waits longer than this are cut, so that no sum overflows; nobody sees the end of one.
const LONGEST: f64 = 3.0e8;

/// A clock that began at one time, real or not, and runs at its own speed.
#[derive(Debug)]
pub(super) struct Clock {
    origin: Instant,
    speed: f64,
    began: time::Instant,
    /// The real time at `began`, where the clock must not run ahead of it.
    real: Option<Instant>,
}

impl Clock {
    /// A clock that shows `origin` now and runs `speed` times as fast as the real one; at 0 it waits for nothing.
    pub(super) fn free(origin: Instant, speed: f64) -> Self {
        Self { origin, speed, began: time::Instant::now(), real: None }
    }

    /// The same, but once it meets the real clock it runs with that.
    pub(super) fn not_ahead(origin: Instant, speed: f64) -> Self {
        Self { real: Some(Utc::now()), ..Self::free(origin, speed) }
    }

    /// When this clock shows `due`.
    pub(super) fn when(&self, due: Instant) -> time::Instant {
        let own = if self.speed == 0.0 { 0.0 } else { seconds(due - self.origin) / self.speed };
        let real = self.real.map_or(0.0, |real| seconds(due - real));
        self.began + std::time::Duration::from_secs_f64(own.max(real).clamp(0.0, LONGEST))
    }
}

fn seconds(duration: Duration) -> f64 {
    duration.num_milliseconds() as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(clock: &Clock, due: Instant) -> u64 {
        (clock.when(due) - clock.began).as_secs()
    }

    #[test]
    fn a_free_clock_divides_waits_by_its_speed() {
        let origin: Instant = "2016-01-01T00:00:00Z".parse().unwrap();
        let hour = origin + Duration::hours(1);
        assert_eq!(wait(&Clock::free(origin, 1.0), hour), 3600);
        assert_eq!(wait(&Clock::free(origin, 60.0), hour), 60);
        assert_eq!(wait(&Clock::free(origin, 0.5), hour), 7200);
        assert_eq!(wait(&Clock::free(origin, 0.0), hour), 0);
        assert_eq!(wait(&Clock::free(origin, 1.0), origin - Duration::hours(1)), 0, "overdue is now");
    }

    #[test]
    fn a_bound_clock_stops_at_the_present() {
        let now = Utc::now();
        let yesterday = now - Duration::hours(24);
        let clock = Clock { real: Some(now), ..Clock::free(yesterday, 60.0) };
        assert_eq!(wait(&clock, yesterday + Duration::hours(12)), 720);
        assert_eq!(wait(&clock, now), 1440);
        // At 60 times it would show this after 25 minutes; it is an hour from now.
        assert_eq!(wait(&clock, now + Duration::hours(1)), 3600);
        assert_eq!(wait(&Clock { real: Some(now), ..Clock::free(yesterday, 0.0) }, now + Duration::hours(1)), 3600);
    }
}
