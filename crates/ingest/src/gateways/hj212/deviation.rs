//! What was accepted although the standard says otherwise. Each leniency has a name and is counted per station, so
//! that a bureau can show an operator what to mend.

use std::fmt;

/// One way in which an accepted frame departs from HJ 212-2017.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Deviation {
    /// LEN has two or three digits instead of four (§6.3.1).
    LenDigits,
    /// LEN is wrong; the frame was taken by its end and its right check.
    LenMismatch,
    /// The data segment is longer than the 1024 bytes of §6.3.1.
    LongData,
    /// The check is written in lower case.
    CrcCase,
    /// The check is written without its leading zeros.
    CrcShort,
    /// The frame before this one did not end in one CR LF.
    Terminator,
    /// Text is not UTF-8 and was read as GB 18030.
    Encoding,
    /// A header field follows the data area.
    TrailingHeader,
    /// There is no Flag, as in HJ/T 212-2005.
    NoFlag,
    /// There is no QN, or it is empty.
    NoQn,
    /// Flag is not a number from 0 to 255.
    BadFlag,
    /// DataTime has milliseconds.
    Milliseconds,
    /// An item between separators is empty.
    EmptyItem,
    /// An item has no `=`.
    NoValue,
    /// The same name stands twice; the first is kept.
    Duplicate,
    /// A value's suffix is not one of the standard's.
    UnknownSuffix,
}

impl Deviation {
    /// All of them, in the order of their bits.
    pub const ALL: [Self; 16] = [
        Self::LenDigits,
        Self::LenMismatch,
        Self::LongData,
        Self::CrcCase,
        Self::CrcShort,
        Self::Terminator,
        Self::Encoding,
        Self::TrailingHeader,
        Self::NoFlag,
        Self::NoQn,
        Self::BadFlag,
        Self::Milliseconds,
        Self::EmptyItem,
        Self::NoValue,
        Self::Duplicate,
        Self::UnknownSuffix,
    ];

    /// The stable word for it, in metrics and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::LenDigits => "len_digits",
            Self::LenMismatch => "len_mismatch",
            Self::LongData => "long_data",
            Self::CrcCase => "crc_case",
            Self::CrcShort => "crc_short",
            Self::Terminator => "terminator",
            Self::Encoding => "encoding",
            Self::TrailingHeader => "trailing_header",
            Self::NoFlag => "no_flag",
            Self::NoQn => "no_qn",
            Self::BadFlag => "bad_flag",
            Self::Milliseconds => "milliseconds",
            Self::EmptyItem => "empty_item",
            Self::NoValue => "no_value",
            Self::Duplicate => "duplicate",
            Self::UnknownSuffix => "unknown_suffix",
        }
    }
}

/// A set of deviations.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Deviations(u16);

impl Deviations {
    /// Adds one.
    pub fn add(&mut self, deviation: Deviation) {
        self.0 |= 1 << deviation as u8;
    }

    /// Adds one where `condition` holds.
    pub fn add_if(&mut self, condition: bool, deviation: Deviation) {
        if condition {
            self.add(deviation);
        }
    }

    /// Adds all of another set.
    pub fn merge(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = Deviation> {
        Deviation::ALL.into_iter().filter(move |deviation| self.0 & (1 << *deviation as u8) != 0)
    }
}

impl fmt::Debug for Deviations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Deviation::name)).finish()
    }
}

impl FromIterator<Deviation> for Deviations {
    fn from_iter<I: IntoIterator<Item = Deviation>>(deviations: I) -> Self {
        let mut set = Self::default();
        deviations.into_iter().for_each(|deviation| set.add(deviation));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_told_from_the_others_and_is_in_the_documents() {
        let documents = include_str!("../../../../../docs/hj212.md");
        for deviation in Deviation::ALL {
            let alone: Deviations = [deviation].into_iter().collect();
            assert!(alone.iter().eq([deviation]), "{}", deviation.name());
            assert!(documents.contains(&format!("`{}`", deviation.name())), "docs/hj212.md lacks {}", deviation.name());
        }
        assert!(
            Deviations::default().is_empty() && Deviation::ALL.into_iter().collect::<Deviations>().iter().count() == 16
        );
    }
}
