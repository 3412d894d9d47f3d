//! How many may be connected: in all, and from one address. With IPv6 a whole /64 is one, which is what one subscriber
//! has.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use limpid_model::pipeline::PerAddress;

/// The places of a gateway. There are never more entries than places that are taken.
#[derive(Debug)]
pub struct Places {
    in_all: usize,
    per_address: PerAddress,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    in_all: usize,
    of: HashMap<IpAddr, usize>,
}

/// A place, free again when dropped.
#[derive(Debug)]
pub struct Place {
    places: Arc<Places>,
    address: IpAddr,
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPlace {
    /// As many are connected as may be.
    InAll,
    /// As many of that address.
    PerAddress,
}

impl NoPlace {
    /// The stable word for it, in metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::InAll => "in_all",
            Self::PerAddress => "per_address",
        }
    }
}

impl Places {
    /// So many in all, and so many of one address.
    pub fn new(in_all: usize, per_address: PerAddress) -> Arc<Self> {
        Arc::new(Self { in_all, per_address, taken: Mutex::default() })
    }

    /// A place for a connection from `address`.
    ///
    /// # Errors
    /// When there is none.
    pub fn take(self: &Arc<Self>, address: IpAddr) -> Result<Place, NoPlace> {
        let most = self.per_address.of(address.to_canonical().is_loopback());
        let address = site(address);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.in_all >= self.in_all {
            return Err(NoPlace::InAll);
        }
        let own = taken.of.get(&address).copied().unwrap_or(0);
        if most.is_some_and(|most| own >= most) {
            return Err(NoPlace::PerAddress);
        }
        taken.of.insert(address, own + 1);
        taken.in_all += 1;
        Ok(Place { places: Arc::clone(self), address })
    }
}

/// What counts as one address.
fn site(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        address => address,
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.in_all -= 1;
        if let Some(own) = taken.of.get_mut(&self.address) {
            *own -= 1;
            if *own == 0 {
                taken.of.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_in_all_and_per_address_and_given_again() {
        let places = Places::new(3, PerAddress::Written(2));
        let take = |last: u8| places.take(IpAddr::from([10, 0, 0, last]));
        let (first, second) = (take(1).unwrap(), take(1).unwrap());
        assert_eq!(take(1).unwrap_err(), NoPlace::PerAddress);
        let third = take(2).unwrap();
        assert_eq!(take(3).unwrap_err(), NoPlace::InAll);
        drop((first, third));
        let _again = [take(3).unwrap(), take(1).unwrap()];
        drop((second, _again));
        assert!(places.taken.lock().unwrap().of.is_empty(), "nothing is remembered of those who left");
    }

    #[test]
    fn the_machines_own_addresses_are_bound_where_it_is_written() {
        let take = |per_address| {
            let places = Places::new(10, per_address);
            ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.0.0.1"].map(|address| {
                let address: IpAddr = address.parse().unwrap();
                let _first = places.take(address).unwrap();
                places.take(address).is_ok()
            })
        };
        assert_eq!(take(PerAddress::Default(1)), [true, true, true, false]);
        assert_eq!(take(PerAddress::Written(1)), [false; 4]);
    }

    #[test]
    fn a_subscriber_of_ipv6_is_one_address_and_a_mapped_one_is_ipv4() {
        let places = Places::new(10, PerAddress::Written(1));
        let take = |address: &str| places.take(address.parse().unwrap());
        let _one = take("2001:db8:1:2:3::1").unwrap();
        assert_eq!(take("2001:db8:1:2:ffff::9").unwrap_err(), NoPlace::PerAddress);
        let _other = take("2001:db8:1:3::1").unwrap();
        let _four = take("::ffff:192.0.2.1").unwrap();
        assert_eq!(take("192.0.2.1").unwrap_err(), NoPlace::PerAddress);
    }
}
