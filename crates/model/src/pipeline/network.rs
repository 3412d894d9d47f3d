//! Which addresses may call.

use std::net::IpAddr;
use std::str::FromStr;

/// A network of addresses, `10.1.0.0/16` or `2001:db8::/32`; a single address is one of its full length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// The text names no network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write an address or a network, such as \"10.1.2.3\" or \"10.1.0.0/16\"")]
pub struct NotANetwork;

impl Network {
    /// Whether the address belongs to it. An IPv4 address within IPv6 (`::ffff:10.1.2.3`) counts as what it is.
    pub fn holds(&self, address: IpAddr) -> bool {
        let width = |address: IpAddr| if address.is_ipv4() { 32 } else { 128 };
        let bits = |address: IpAddr| match address {
            IpAddr::V4(address) => u128::from(address.to_bits()),
            IpAddr::V6(address) => address.to_bits(),
        };
        let address = address.to_canonical();
        if width(address) != width(self.address) {
            return false;
        }
        let free = u32::from(width(address) - self.prefix);
        // A shift by the whole width of 128 bits is the network of all addresses.
        let cut = |address| bits(address).checked_shr(free).unwrap_or(0);
        cut(address) == cut(self.address)
    }
}

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u8>().map_err(|_| NotANetwork)?)),
            None => (text, None),
        };
        let address = address.parse::<IpAddr>().map_err(|_| NotANetwork)?;
        let widest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.unwrap_or(widest);
        if prefix > widest { Err(NotANetwork) } else { Ok(Self { address, prefix }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_belong_to_networks_by_their_first_bits() {
        for (network, address, inside) in [
            ("10.1.0.0/16", "10.1.255.7", true),
            ("10.1.0.0/16", "10.2.0.1", false),
            ("10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3", "10.1.2.2", false),
            ("10.1.2.128/25", "10.1.2.127", false),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("10.1.0.0/16", "::ffff:10.1.0.9", true),
            ("2001:db8::/32", "2001:db8:1::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("::/0", "2001:db9::1", true),
        ] {
            let parsed: Network = network.parse().unwrap();
            assert_eq!(parsed.holds(address.parse().unwrap()), inside, "{address} in {network}");
        }
        for text in ["", "10.1.0.0/33", "10.1/16", "host", "10.1.0.0/", "::/129", "10.1.0.0/-1", " 10.1.0.0"] {
            assert_eq!(text.parse::<Network>(), Err(NotANetwork), "{text:?}");
        }
    }
}
