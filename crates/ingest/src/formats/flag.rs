//! What stands beside a value as `flag`, in `long` files and in CSV and JSON uploads: the instrument's own mark, or one of
//! QARTOD's numbers (IOC 54:V3: 1 pass, 2 not evaluated, 3 suspect, 4 fail, 9 missing).
//!
//! Air stations of HJ/T 212-2005 have the marks 0 to 3, with other meanings. They come over HJ 212 only; here a number is
//! QARTOD's.

use std::fmt;

use limpid_model::{Mark, Reason};
use serde::de::{Deserialize, Deserializer, Visitor};

use super::{Fault, long};

/// A flag as it was written. In JSON it is a text or a number, since limpid's own answers give the number.
#[derive(Debug)]
pub(crate) struct Flag(String);

/// What a flag says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// The value stands, with the mark of its instrument or of its source, if any (`data/validation/marks.csv`).
    Mark(Option<Mark>),
    /// There is no value, whatever stands in its place.
    Missing,
}

impl Flag {
    /// What it says.
    ///
    /// # Errors
    /// For a text that is no mark.
    pub(crate) fn meaning(&self) -> Result<Meaning, Fault> {
        meaning(&self.0)
    }
}

/// What the flag `text` says; nothing, where it is empty.
pub(crate) fn meaning(text: &str) -> Result<Meaning, Fault> {
    let mark = match text {
        "" | "1" | "2" => return Ok(Meaning::Mark(None)),
        "9" => return Ok(Meaning::Missing),
        "3" => "Q3",
        "4" => "Q4",
        mark => mark,
    };
    let mark = Mark::parse(mark).ok_or_else(|| {
        let detail = format!(
            "{:?} is no flag; write the instrument's mark (1 to 4 printable ASCII characters), one of QARTOD's numbers \
             1 2 3 4 9, or nothing",
            long::short(text)
        );
        Fault::new(Reason::Damaged, detail).field("flag")
    })?;
    Ok(Meaning::Mark(Some(mark)))
}

impl Meaning {
    /// The value that stands, and its mark.
    pub(crate) fn of(self, value: Option<f64>) -> (Option<f64>, Option<Mark>) {
        match self {
            Self::Mark(mark) => (value, mark),
            Self::Missing => (None, None),
        }
    }

    /// The same of a value that may be a limit, as [`parse_limited`](limpid_model::reading::parse_limited) reads it.
    pub(crate) fn of_limited(self, (value, below): (Option<f64>, bool)) -> (Option<f64>, Option<Mark>) {
        let (value, mark) = self.of(value);
        (value, if below && value.is_some() { Some(Mark::below(mark)) } else { mark })
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Written;

        impl Visitor<'_> for Written {
            type Value = Flag;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or one of the numbers 1 2 3 4 9")
            }

            fn visit_str<E>(self, text: &str) -> Result<Flag, E> {
                Ok(Flag(text.to_owned()))
            }

            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Flag, E> {
                match number {
                    1..=4 | 9 => Ok(Flag(number.to_string())),
                    _ => Err(E::invalid_value(serde::de::Unexpected::Unsigned(number), &self)),
                }
            }
        }

        deserializer.deserialize_any(Written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_qartods_and_the_rest_are_marks() {
        let of = |text| {
            let (value, mark) = meaning(text).unwrap().of(Some(7.0));
            (value, mark.map(|mark| mark.as_str().to_owned()))
        };
        let marked = |mark: &str| (Some(7.0), Some(mark.to_owned()));
        assert_eq!(["", "1", "2"].map(of), [(Some(7.0), None), (Some(7.0), None), (Some(7.0), None)]);
        assert_eq!([of("3"), of("4")], [marked("Q3"), marked("Q4")]);
        assert_eq!(of("9"), (None, None));
        assert_eq!(["N", "D", "0", "12", "03"].map(of), ["N", "D", "0", "12", "03"].map(marked));
        for text in ["valid", " ", "1 ", "正"] {
            let fault = meaning(text).unwrap_err();
            assert!(fault.detail.contains("is no flag"), "{text}: {}", fault.detail);
        }
    }
}
