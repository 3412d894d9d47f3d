//! Whether a station's clock is off. The times of single messages do not tell: a station that sends its backlog sends
//! old ones, with old numbers too where it kept the messages as they were. A clock that is wrong runs at the pace of
//! the right one all the same, and a backlog does not. So messages speak of the clock when several of them, over a
//! while, are off by the same amount.

use std::time::Duration;

use tokio::time::Instant;

/// Messages that must agree.
const MESSAGES: u32 = 3;

/// From the first to the last of them at least so long.
const WHILE: Duration = Duration::from_secs(30);

/// So much they may differ, in ms: what lines and queues of a station add.
const AGREE_MS: i64 = 5_000;

/// A run of messages that agree.
#[derive(Debug, Default)]
pub(super) struct Stamps {
    run: Option<Run>,
}

#[derive(Debug)]
struct Run {
    began: Instant,
    messages: u32,
    /// By how much the first was off, ms.
    off: i64,
    /// The station's time of the last, ms.
    last: i64,
}

impl Stamps {
    /// Notes that a message of the station's time `station` came when it was `wall` (both in ms of one clock face) and
    /// `now`. Gives by how many ms the station is ahead when that is known.
    pub(super) fn heard(&mut self, station: i64, wall: i64, now: Instant) -> Option<i64> {
        let off = station - wall;
        let agreeing = self.run.as_mut().filter(|run| (off - run.off).abs() <= AGREE_MS);
        let Some(run) = agreeing else {
            // The same message once more says nothing new, whatever it is off by.
            if self.run.as_ref().is_none_or(|run| run.last != station) {
                self.run = Some(Run { began: now, messages: 1, off, last: station });
            }
            return None;
        };
        if station <= run.last {
            return None;
        }
        run.last = station;
        run.messages += 1;
        if run.messages < MESSAGES || now - run.began < WHILE {
            return None;
        }
        self.run = None;
        Some(off)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Messages as seconds of the station's clock and of limpid's; what was said of the clock after each.
    fn said(messages: &[(i64, i64)]) -> Vec<Option<i64>> {
        let start = Instant::now();
        let mut stamps = Stamps::default();
        let heard = |(station, wall): &(i64, i64)| {
            let now = start + Duration::from_secs(*wall as u64);
            stamps.heard(station * 1000, wall * 1000, now).map(|off| off / 1000)
        };
        messages.iter().map(heard).collect()
    }

    fn known(messages: &[(i64, i64)]) -> Option<i64> {
        said(messages).into_iter().flatten().next()
    }

    #[test]
    fn a_clock_that_runs_and_is_off_is_known_after_a_while() {
        assert_eq!(said(&[(7200, 0), (7230, 30), (7262, 60)]), [None, None, Some(7202)]);
        assert_eq!(known(&[(-86_400, 0), (-86_390, 12), (-86_371, 31)]), Some(-86_402));
        assert_eq!(known(&[(0, 0), (30, 30), (60, 60)]), Some(0), "and one that is right");
        assert_eq!(known(&[(100, 0), (101, 1), (102, 2), (103, 3)]), None, "three seconds are no while");
    }

    #[test]
    fn a_backlog_says_nothing_of_the_clock() {
        // Hours of a day, a message a second, with the numbers of then.
        let hours: Vec<_> = (0..24).map(|hour| (-86_400 + 3600 * hour, hour)).collect();
        assert_eq!(known(&hours), None);
        // Messages of every 30 s, one a second.
        let ticks: Vec<_> = (0..200).map(|tick| (-86_400 + 30 * tick, tick)).collect();
        assert_eq!(known(&ticks), None);
        // One packet of three weeks ago, 299 times, every 0.2 s and every minute (HJ212.md §12.19).
        assert_eq!(known(&(0..299).map(|n| (-1_814_400, n / 5)).collect::<Vec<_>>()), None);
        assert_eq!(known(&(0..299).map(|n| (-1_814_400, 60 * n)).collect::<Vec<_>>()), None);
        // A backlog between messages of a clock that is right.
        let mixed: Vec<_> = (0..60).flat_map(|n| [(10 * n, 10 * n), (-86_400 + 3600 * n, 10 * n)]).collect();
        assert_eq!(known(&mixed), None);
        // Parts of one message, numbered in a row.
        assert_eq!(known(&[(-500, 0), (-499, 0), (-498, 1), (-497, 1)]), None);
    }

    #[test]
    fn a_clock_that_was_set_is_judged_anew() {
        let ahead = [(7200, 0), (7230, 30), (7260, 60)];
        let right = [(90, 90), (120, 120), (150, 150)];
        assert_eq!(said(&[ahead, right].concat()), [None, None, Some(7200), None, None, Some(0)]);
        // Set back by hand before anything was known.
        assert_eq!(known(&[(7200, 0), (7230, 30), (60, 60), (90, 90), (121, 121)]), Some(0));
    }
}
