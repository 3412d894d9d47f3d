//! Numbers of the requests to one MN: the time on the wire's clock to the millisecond, and each later than the one
//! before, also when two fall into one millisecond or the clock is set back.

use chrono::DateTime;
use limpid_model::{Instant, Zone};

/// The number that was given last.
#[derive(Debug, Default)]
pub(super) struct Numbers(i64);

impl Numbers {
    /// The next number, 17 digits.
    pub(super) fn next(&mut self, now: Instant, zone: Zone) -> String {
        // As local time, so that the digits grow also when an hour of autumn comes twice.
        let local = now.with_timezone(&zone.0).naive_local().and_utc().timestamp_millis();
        self.0 = local.max(self.0 + 1);
        DateTime::from_timestamp_millis(self.0).unwrap_or_default().format("%Y%m%d%H%M%S%3f").to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_only_grow() {
        let mut numbers = Numbers::default();
        let mut next = |at: &str, zone: &str| numbers.next(at.parse().unwrap(), Zone::parse(zone).unwrap());
        assert_eq!(next("2026-11-25T00:59:59.999Z", "Asia/Shanghai"), "20261125085959999");
        assert_eq!(next("2026-11-25T00:59:59.999Z", "Asia/Shanghai"), "20261125090000000", "the same millisecond");
        assert_eq!(next("2026-11-24T00:00:00Z", "Asia/Shanghai"), "20261125090000001", "a clock set back by a day");
        assert_eq!(next("2026-11-25T02:00:00Z", "Asia/Shanghai"), "20261125100000000");
        let mut numbers = Numbers::default();
        let mut berlin = |at: &str| numbers.next(at.parse().unwrap(), Zone::parse("Europe/Berlin").unwrap());
        assert_eq!(berlin("2026-10-25T00:59:59.500Z"), "20261025025959500");
        assert_eq!(berlin("2026-10-25T01:00:00.000Z"), "20261025025959501", "02:00 comes twice");
    }
}
