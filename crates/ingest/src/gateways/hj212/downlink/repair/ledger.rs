//! What was asked for already, so that no station is asked for the same for ever.

use std::collections::HashMap;
use std::time::Duration;

use limpid_model::Instant as Moment;
use tokio::time::Instant;

use super::gaps::Slot;
use crate::gateways::hj212::downlink::exchange::Outcome;

/// So often a slot is asked for.
const TRIES: u8 = 3;

/// From one try to the next; doubled after the second.
pub(super) const AGAIN: Duration = Duration::from_secs(600);

/// A station that left so many requests in a row unanswered has no ear: it is asked again when it calls anew.
const DEAF: u8 = 3;

/// The tries of one MN. It holds no more than the slots of the configured days.
#[derive(Debug, Default)]
pub(in super::super) struct Ledger {
    tries: HashMap<Slot, Tries>,
    unanswered: u8,
}

#[derive(Debug, Clone, Copy)]
struct Tries {
    count: u8,
    next: Instant,
}

impl Ledger {
    /// Those of the slots that are to be asked for now. Nothing older than `oldest` is remembered.
    pub(super) fn due(&mut self, missing: Vec<Slot>, oldest: Moment, now: Instant) -> Vec<Slot> {
        self.tries.retain(|slot, _| slot.1 >= oldest);
        let due = |slot: &Slot| self.tries.get(slot).is_none_or(|tries| tries.count < TRIES && tries.next <= now);
        missing.into_iter().filter(due).collect()
    }

    /// Whether any of the slots will be asked for later.
    pub(super) fn open(&self, slots: &[Slot]) -> bool {
        slots.iter().any(|slot| self.tries.get(slot).is_none_or(|tries| tries.count < TRIES))
    }

    /// These were asked for, and so it ended.
    pub(super) fn asked(&mut self, slots: impl Iterator<Item = Slot>, outcome: Outcome, now: Instant) {
        if outcome == Outcome::Silent {
            self.unanswered = self.unanswered.saturating_add(1);
            return;
        }
        self.unanswered = 0;
        for slot in slots {
            let tries = self.tries.entry(slot).or_insert(Tries { count: 0, next: now });
            // What the station says it does not have is not asked for again.
            tries.count = if outcome == Outcome::NoData { TRIES } else { tries.count + 1 };
            tries.next = now + AGAIN * u32::from(tries.count);
        }
    }

    /// Whether the station answers no requests.
    pub(super) fn deaf(&self) -> bool {
        self.unanswered >= DEAF
    }

    /// A new connection: what it answers is not known.
    pub(in super::super) fn listen_again(&mut self) {
        self.unanswered = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::super::gaps::Kind;
    use super::*;

    #[test]
    fn a_slot_is_asked_for_three_times_and_then_let_be() {
        let hour = |hour: u32| (Kind::Hour, format!("2026-11-25T{hour:02}:00:00Z").parse::<Moment>().unwrap());
        let (slots, oldest) = (vec![hour(2), hour(1)], hour(0).1);
        let mut ledger = Ledger::default();
        let mut now = Instant::now();
        let mut tries = Vec::new();
        // Six hours, minute by minute.
        for minute in 0..360 {
            let due = ledger.due(slots.clone(), oldest, now);
            if !due.is_empty() {
                tries.push(minute);
                // The second of them is not there, and the station says so.
                ledger.asked(due.iter().copied().filter(|slot| *slot == hour(2)), Outcome::Done, now);
                ledger.asked(due.iter().copied().filter(|slot| *slot == hour(1)), Outcome::NoData, now);
            }
            now += Duration::from_secs(60);
        }
        assert_eq!(tries, [0, 10, 30]);
        assert!(!ledger.open(&slots));
        assert!(ledger.open(&[hour(3)]));
        // What is older than the days that are looked at is forgotten.
        assert_eq!(ledger.due(vec![], hour(3).1, now), []);
        assert!(ledger.tries.is_empty());
    }

    #[test]
    fn a_station_that_never_answers_is_let_be_until_it_calls_again() {
        let mut ledger = Ledger::default();
        let mut ask = |outcome| {
            ledger.asked(std::iter::empty(), outcome, Instant::now());
            ledger.deaf()
        };
        let (silent, done) = (Outcome::Silent, Outcome::Done);
        assert_eq!(
            [silent, silent, done, silent, silent, silent].map(&mut ask),
            [false, false, false, false, false, true]
        );
        ledger.listen_again();
        assert!(!ledger.deaf());
    }
}
