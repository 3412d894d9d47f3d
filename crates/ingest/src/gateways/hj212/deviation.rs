//! What departs from the standard. Each way has a name and is counted per station, so that a bureau can show an
//! operator what to mend. What the standard says of each stands in `data/hj212/deviations.csv`.

use std::fmt;
use std::sync::{LazyLock, OnceLock};

use serde::Deserialize;

use super::codes::rows;

/// One way in which a frame departs from HJ 212.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Deviation {
    /// The check is not the one of annex A, nor one of Modbus.
    CrcWrong,
    /// The check is CRC-16/MODBUS.
    CrcModbus,
    /// The check is CRC-16/MODBUS with its bytes swapped.
    CrcModbusSwapped,
    /// The check is written in lower case.
    CrcCase,
    /// The check is written without its leading zeros.
    CrcShort,
    /// LEN has two or three digits instead of four.
    LenDigits,
    /// LEN is wrong; the frame was taken by its end and its right check.
    LenMismatch,
    /// LEN is wrong, and nothing else shows where the frame ends.
    LenUnusable,
    /// The data segment is longer than 1024 bytes.
    LongData,
    /// The frame before this one did not end in one CR LF.
    Terminator,
    /// There is no `CP=&&…&&`.
    NoArea,
    /// Another frame begins, or the connection ends, before this frame does.
    Cut,
    /// Text is not UTF-8.
    Encoding,
    /// The header fields stand in another order.
    HeaderOrder,
    /// A header field follows the data area.
    TrailingHeader,
    /// There is no QN, or it is empty.
    NoQn,
    /// QN is no time of 17 digits.
    BadQn,
    /// ST is none of the kinds of system.
    UnknownSt,
    /// CN is none of the commands of any edition.
    UnknownCn,
    /// A request, which is the platform's to send.
    Misdirected,
    /// PW has not 6 characters.
    PwLength,
    /// MN is neither 24 hex digits nor, of 2005, 14 characters.
    MnShape,
    /// There is no Flag, as in HJ/T 212-2005.
    NoFlag,
    /// Flag is not a number from 0 to 255.
    BadFlag,
    /// Flag names an edition that there is not.
    FlagVersion,
    /// PNUM and PNO without their bit in Flag, or the bit without them.
    Parts,
    /// DataTime has milliseconds.
    Milliseconds,
    /// DataTime is missing or no time.
    BadTime,
    /// DataTime is not where a period of the command begins.
    UnalignedTime,
    /// DataTime lies in the future.
    ClockAhead,
    /// An item between separators is empty.
    EmptyItem,
    /// An item has no `=`.
    NoValue,
    /// `,` between items, or `;` between the fields of one.
    Separator,
    /// The same name stands twice; the first is kept.
    Duplicate,
    /// A value's suffix is not one of the standard's.
    UnknownSuffix,
    /// A factor code that no edition has.
    UnknownFactor,
    /// A factor code of another edition than the message.
    OtherEdition,
    /// A value without a data flag.
    NoDataFlag,
    /// A data flag that no edition has.
    UnknownDataFlag,
    /// A value that is no number.
    NotANumber,
    /// A value that is empty, or a word for missing.
    MissingValue,
    /// A number with an exponent, a plus sign or full-width digits.
    NumberFormat,
    /// The MN is used from two addresses by turns.
    TwoAddresses,
}

/// What becomes of a frame that departs so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    /// It is no frame, unless the station's `crc` takes it.
    Damaged,
    /// It is taken, and rejected of a station that is held to the standard.
    Yes,
    /// It is taken, and worth knowing.
    No,
}

/// A row of `data/hj212/deviations.csv`.
#[derive(Debug, Deserialize)]
pub struct Rule {
    /// The stable word.
    pub name: String,
    /// What becomes of the frame.
    pub strict: Weight,
    /// Where the standard says it: a clause of HJ 212-2017.
    pub clause: String,
    /// What it says.
    pub standard: String,
    /// What to do about it.
    pub mend: String,
}

/// The rows, in the order of [`Deviation::ALL`].
static RULES: LazyLock<Vec<Rule>> =
    LazyLock::new(|| rows("deviations.csv", include_str!("../../../../../data/hj212/deviations.csv")));

impl Deviation {
    /// All of them, in the order of their bits and of the table.
    pub const ALL: [Self; 43] = [
        Self::CrcWrong,
        Self::CrcModbus,
        Self::CrcModbusSwapped,
        Self::CrcCase,
        Self::CrcShort,
        Self::LenDigits,
        Self::LenMismatch,
        Self::LenUnusable,
        Self::LongData,
        Self::Terminator,
        Self::NoArea,
        Self::Cut,
        Self::Encoding,
        Self::HeaderOrder,
        Self::TrailingHeader,
        Self::NoQn,
        Self::BadQn,
        Self::UnknownSt,
        Self::UnknownCn,
        Self::Misdirected,
        Self::PwLength,
        Self::MnShape,
        Self::NoFlag,
        Self::BadFlag,
        Self::FlagVersion,
        Self::Parts,
        Self::Milliseconds,
        Self::BadTime,
        Self::UnalignedTime,
        Self::ClockAhead,
        Self::EmptyItem,
        Self::NoValue,
        Self::Separator,
        Self::Duplicate,
        Self::UnknownSuffix,
        Self::UnknownFactor,
        Self::OtherEdition,
        Self::NoDataFlag,
        Self::UnknownDataFlag,
        Self::NotANumber,
        Self::MissingValue,
        Self::NumberFormat,
        Self::TwoAddresses,
    ];

    /// The stable word for it, in metrics and reports.
    pub fn name(self) -> &'static str {
        &self.rule().name
    }

    /// What the standard says of it.
    pub fn rule(self) -> &'static Rule {
        &RULES[self as usize]
    }

    /// The one of this name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|deviation| deviation.name() == name)
    }
}

static COUNTERS: [OnceLock<metrics::Counter>; Deviation::ALL.len()] = [const { OnceLock::new() }; Deviation::ALL.len()];

/// A set of deviations.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Deviations(u64);

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

    /// Takes one out.
    pub fn remove(&mut self, deviation: Deviation) {
        self.0 &= !(1 << deviation as u8);
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Counts each in the metrics, once a recorder is there.
    pub fn count(self) {
        for deviation in self.iter() {
            let counter = || metrics::counter!("limpid_hj212_deviations_total", "deviation" => deviation.name());
            COUNTERS[deviation as usize].get_or_init(counter).increment(1);
        }
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
    fn each_has_its_row_and_is_in_the_documents() {
        let documents = include_str!("../../../../../docs/hj212.md");
        assert_eq!(RULES.len(), Deviation::ALL.len());
        for deviation in Deviation::ALL {
            let alone: Deviations = [deviation].into_iter().collect();
            assert!(alone.iter().eq([deviation]), "{}", deviation.name());
            // The name as the variant spells it, so that no row has slipped.
            let spelt: String = deviation
                .name()
                .split('_')
                .flat_map(|word| {
                    let (first, rest) = word.split_at(1);
                    [first.to_uppercase(), rest.to_owned()]
                })
                .collect();
            assert_eq!(spelt, format!("{deviation:?}"));
            assert_eq!(Deviation::by_name(deviation.name()), Some(deviation));
            assert!(documents.contains(&format!("`{}`", deviation.name())), "docs/hj212.md lacks {}", deviation.name());
        }
        assert_eq!(Deviations::default().iter().count(), 0);
        assert_eq!(Deviation::ALL.into_iter().collect::<Deviations>().iter().count(), Deviation::ALL.len());
    }
}
