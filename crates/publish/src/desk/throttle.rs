//! Slows guessing: after a few failures an account, known or not, and an address wait, each time twice as long.
//!
//! It is kept in memory: a restart forgets it, and nobody outside can cause one.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use chrono::TimeDelta;
use limpid_model::Instant;

/// Failures of one account before it waits.
const OF_ACCOUNT: u32 = 5;
/// Failures from one address before it waits: an office shares one.
const OF_ADDRESS: u32 = 20;
/// The first wait; each further failure doubles it …
const FIRST: TimeDelta = TimeDelta::seconds(30);
/// … up to this: at most some 14 guesses of an account in an hour, well below the 100 of ASVS 2.2.1.
const LONGEST: TimeDelta = TimeDelta::minutes(15);
/// Failures are forgotten when there was none for so long.
const FORGOTTEN: TimeDelta = TimeDelta::hours(1);
/// Accounts and addresses that are remembered; the oldest make room.
const REMEMBERED: usize = 10_000;

/// Who is slowed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Account(String),
    Address(IpAddr),
}

#[derive(Debug, Clone, Copy)]
struct Tries {
    failures: u32,
    last: Instant,
    until: Instant,
}

/// How often it was tried.
#[derive(Debug, Default)]
pub struct Throttle(Mutex<HashMap<Key, Tries>>);

impl Throttle {
    /// Counts an attempt as a failure before it is judged, so that many at once are no way around.
    ///
    /// # Errors
    /// How long to wait; it is not counted then.
    pub fn begin(&self, account: &str, address: IpAddr, now: Instant) -> Result<(), TimeDelta> {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let keys = [(Key::Account(account.to_owned()), OF_ACCOUNT), (Key::Address(network(address)), OF_ADDRESS)];
        let waits = keys.iter().filter_map(|(key, _)| tries.get(key).map(|one| one.until - now));
        if let Some(wait) = waits.max().filter(|wait| *wait > TimeDelta::zero()) {
            return Err(wait);
        }
        make_room(&mut tries, now);
        for (key, free) in keys {
            let one = tries.entry(key).or_insert(Tries { failures: 0, last: now, until: now });
            if now - one.last > FORGOTTEN {
                one.failures = 0;
            }
            (one.failures, one.last) = (one.failures + 1, now);
            if let Some(beyond) = one.failures.checked_sub(free) {
                one.until = now + LONGEST.min(FIRST * 2_i32.pow(beyond.min(10)));
            }
        }
        Ok(())
    }

    /// The attempt was no failure: the account is as if there had been none, the address as before this one.
    pub fn succeeded(&self, account: &str, address: IpAddr, now: Instant) {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tries.remove(&Key::Account(account.to_owned()));
        if let Some(one) = tries.get_mut(&Key::Address(network(address))) {
            (one.failures, one.until) = (one.failures.saturating_sub(1), now);
        }
    }
}

fn make_room(tries: &mut HashMap<Key, Tries>, now: Instant) {
    if tries.len() + 2 > REMEMBERED {
        tries.retain(|_, one| now - one.last <= FORGOTTEN);
    }
    while tries.len() + 2 > REMEMBERED {
        let Some(oldest) = tries.iter().min_by_key(|(_, one)| one.last).map(|(key, _)| key.clone()) else { return };
        tries.remove(&oldest);
    }
}

/// An IPv6 address stands for its /64, which one customer has.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => std::net::Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Instant {
        "2026-11-25T00:00:00Z".parse::<Instant>().unwrap() + TimeDelta::seconds(seconds)
    }

    fn address(last: u8) -> IpAddr {
        [192, 0, 2, last].into()
    }

    #[test]
    fn waits_grow_to_a_quarter_of_an_hour_and_end() {
        let (throttle, mut now, mut waits) = (Throttle::default(), 0, Vec::new());
        for number in 0..12 {
            throttle.begin("Li", address(number), at(now)).unwrap();
            match throttle.begin("Li", address(100 + number), at(now)) {
                Err(wait) => waits.push(wait.num_seconds()),
                // It was counted too.
                Ok(()) => waits.push(0),
            }
            now += waits.last().unwrap();
        }
        assert_eq!(waits, [0, 0, 30, 60, 120, 240, 480, 900, 900, 900, 900, 900]);
        throttle.begin("Wang", address(1), at(now)).unwrap();
        let begun = now - 900 + 3601;
        throttle.begin("Li", address(1), at(begun)).unwrap();
        throttle.begin("Li", address(1), at(begun)).expect("an hour later everything is forgotten");
    }

    #[test]
    fn an_address_that_tries_many_names_waits_and_its_neighbours_do_not() {
        let throttle = Throttle::default();
        for number in 0..20 {
            throttle.begin(&format!("name {number}"), "2001:db8::1".parse().unwrap(), at(0)).unwrap();
        }
        assert!(throttle.begin("other", "2001:db8::ffff".parse().unwrap(), at(1)).is_err(), "the same /64");
        throttle.begin("other", "2001:db8:0:1::1".parse().unwrap(), at(1)).unwrap();
    }

    #[test]
    fn who_gets_in_starts_afresh() {
        let throttle = Throttle::default();
        for _ in 0..40 {
            throttle.begin("Li", address(1), at(0)).unwrap();
            throttle.succeeded("Li", address(1), at(0));
        }
    }

    #[test]
    fn a_flood_of_names_takes_bounded_memory() {
        let throttle = Throttle::default();
        for number in 0..REMEMBERED + 100 {
            let number = u32::try_from(number).unwrap();
            let address = std::net::Ipv4Addr::from_bits(number).into();
            throttle.begin(&format!("name {number}"), address, at(number.into())).unwrap();
        }
        assert!(throttle.0.lock().unwrap().len() <= REMEMBERED);
    }
}
