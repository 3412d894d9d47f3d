//! Whether one identity calls from two places at once: two devices that were given the same MN, or somebody who
//! pretends to be a station. A modem that gets a new address is neither: it does not come back to its old one.

use std::net::IpAddr;
use std::time::Duration;

use tokio::time::Instant;

/// Addresses between which an MN goes to and fro within so long are at work at once: twice the longest hour without
/// a message that the default idle time allows.
const AT_ONCE: Duration = Duration::from_secs(2 * 65 * 60);

/// The address of the last message of an MN, and the one before that.
#[derive(Debug, Default)]
pub(super) struct Addresses {
    last: Option<IpAddr>,
    /// The address before the last, and when it was heard last.
    before: Option<(IpAddr, Instant)>,
}

impl Addresses {
    /// Notes a message from `address`; gives the other address when the two take turns.
    pub(super) fn heard(&mut self, address: IpAddr, now: Instant) -> Option<IpAddr> {
        let last = *self.last.get_or_insert(address);
        if last == address {
            return None;
        }
        let before = self.before.replace((last, now));
        self.last = Some(address);
        before.filter(|(before, heard)| *before == address && now - *heard <= AT_ONCE).map(|_| last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_address_is_no_second_one_until_the_old_one_speaks_again() {
        let start = Instant::now();
        let mut addresses = Addresses::default();
        let mut heard = |last: u8, minute: u64| {
            let address = IpAddr::from([10, 0, 0, last]);
            addresses.heard(address, start + Duration::from_secs(60 * minute)).map(|address| address.to_string())
        };
        assert_eq!((heard(1, 0), heard(1, 1), heard(2, 2), heard(2, 3)), (None, None, None, None));
        assert_eq!(heard(1, 4), Some("10.0.0.2".into()), "both at once");
        assert_eq!(heard(2, 5), Some("10.0.0.1".into()));
        assert_eq!((heard(3, 6), heard(4, 7), heard(5, 8)), (None, None, None), "a modem that roams");
        assert_eq!(heard(4, 1000), None, "an address of long ago");
    }
}
