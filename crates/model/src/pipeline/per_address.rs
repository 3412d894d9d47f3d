//! How many connections one address may have.

use super::fields::{Fields, Source};

/// A cap on the connections of one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PerAddress {
    /// As configured, for every address.
    Written(usize),
    /// What holds where nothing is configured, for every address but the machine's own: a proxy, a tunnel or a relay
    /// that stands there speaks for many.
    Default(usize),
}

impl PerAddress {
    /// Reads `connections_per_address` of a table whose connections are `in_all`.
    pub(super) fn read(table: &mut Fields<'_>, source: &mut Source<'_>, most: u64, default: u64, in_all: u64) -> Self {
        match table.integer(source, "connections_per_address", 1..=most) {
            Some(written) => Self::Written(written as usize),
            None => Self::Default(default.min(in_all) as usize),
        }
    }

    /// The cap of an address, which is the machine's own or not; `None` where there is none.
    pub fn of(self, own: bool) -> Option<usize> {
        match self {
            Self::Written(most) => Some(most),
            Self::Default(most) => (!own).then_some(most),
        }
    }
}
