//! One value as received.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::parameter::ParameterId;
use crate::station::StationId;
use crate::time::{Instant, Period};

/// The instrument's own mark beside a value (HJ 212 `N F M S D C T B` …): 1 to 4 printable ASCII characters, kept
/// as sent. No mark at all is not the same as `N`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mark([u8; 4]);

impl Mark {
    /// Takes a mark; `None` unless it is 1 to 4 printable ASCII characters without space.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        fits.then(|| {
            let mut bytes = [0; 4];
            bytes[..text.len()].copy_from_slice(text.as_bytes());
            Self(bytes)
        })
    }

    /// The mark as sent.
    pub fn as_str(&self) -> &str {
        let len = self.0.iter().position(|b| *b == 0).unwrap_or(4);
        std::str::from_utf8(&self.0[..len]).expect("checked to be ASCII when taken")
    }
}

impl Mark {
    /// The mark of a value that is a limit: what was measured lies below it, nobody knows how far. The instrument's own mark
    /// stands behind it as far as it fits.
    pub fn below(own: Option<Self>) -> Self {
        let mut bytes = [b'<', 0, 0, 0];
        if let Some(own) = own {
            bytes[1..].copy_from_slice(&own.0[..3]);
        }
        Self(bytes)
    }

    /// Whether the value beside it is a limit below which the true one lies.
    pub fn is_below(self) -> bool {
        self.0[0] == b'<'
    }

    /// The instrument's own mark.
    pub fn own(self) -> Option<Self> {
        if self.is_below() { Self::parse(&self.as_str()[1..]) } else { Some(self) }
    }
}

impl fmt::Debug for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Mark {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Mark {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("a flag is 1 to 4 printable characters"))
    }
}

/// One value of one parameter at one station, in the parameter's canonical unit, as it was received.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Where.
    pub station: StationId,
    /// What.
    pub parameter: ParameterId,
    /// For how long.
    pub period: Period,
    /// From when, inclusive.
    pub start: Instant,
    /// The value, `None` where the sender said that it is missing. Always finite.
    pub value: Option<f64>,
    /// The instrument's mark.
    pub mark: Option<Mark>,
    /// The rule that carried the value from the unit on the wire into the canonical one, if any did.
    pub conversion: Option<&'static str>,
}

/// What a text of a laboratory means: a number as [`parse_value`] reads it, or a limit below which the value lies, which is
/// true then: `<0.02`, and `0.02L` as Chinese laboratories write it (HJ/T 91-2002, HJ 91.2-2022; recalled, unverified).
///
/// # Errors
/// Where it is neither.
pub fn parse_limited(text: &str) -> Result<(Option<f64>, bool), NotANumber> {
    let trimmed = text.trim();
    let limit = trimmed.strip_prefix(['<', '＜']).or_else(|| trimmed.strip_suffix('L'));
    match limit {
        None => Ok((parse_value(trimmed)?, false)),
        Some(limit) => match parse_value(limit) {
            Ok(Some(limit)) if limit >= 0.0 => Ok((Some(limit), true)),
            _ => Err(NotANumber(trimmed.chars().take(40).collect())),
        },
    }
}

/// The number that a text of the trade means: `None` for the many ways of saying "missing"
/// (empty, `-`, `--`, `—`, `NA`, `NaN`, `NULL`, -999, -9999, -99999 …), `Err` when it is no number at all.
///
/// Full-width digits are read as the digits that they are. Other negative numbers are values, kept as sent.
pub fn parse_value(text: &str) -> Result<Option<f64>, NotANumber> {
    let trimmed = text.trim();
    let narrow: String;
    let trimmed = if trimmed.is_ascii() {
        trimmed
    } else {
        narrow = trimmed
            .chars()
            .map(|c| match c {
                '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
                '\u{2212}' => '-',
                c => c,
            })
            .collect();
        narrow.trim()
    };
    const MISSING: [&str; 12] = ["", "-", "--", "---", "—", "——", "NA", "N/A", "NaN", "NULL", "None", "/"];
    if MISSING.iter().any(|word| word.eq_ignore_ascii_case(trimmed)) {
        return Ok(None);
    }
    match trimmed.parse::<f64>() {
        Ok(value) if is_sentinel(value) || value.is_nan() => Ok(None),
        Ok(value) if value.is_finite() => Ok(Some(value)),
        _ => Err(NotANumber(trimmed.chars().take(40).collect())),
    }
}

/// Whether a number is one of the traditional ways of saying "missing": -999, -9999, -99999 and so on.
pub fn is_sentinel(value: f64) -> bool {
    [-999.0, -999.9, -9999.0, -99999.0, -999999.0].contains(&value)
}

/// The text is neither a number nor a word for "missing".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a number")]
pub struct NotANumber(pub String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_is_never_a_number() {
        for text in
            ["", " ", "-", "--", "—", "NA", "nan", "NaN", "NULL", "-999", "-9999", "-9999.0", "-999.0", "－－", "/"]
        {
            assert_eq!(parse_value(text), Ok(None), "{text:?}");
        }
    }

    #[test]
    fn numbers_are_read_as_sent() {
        for (text, value) in
            [("0", 0.0), ("-3.5", -3.5), (" 12.5 ", 12.5), ("1.5e2", 150.0), ("１２．５", 12.5), ("－１", -1.0)]
        {
            assert_eq!(parse_value(text), Ok(Some(value)), "{text:?}");
        }
        for text in ["abc", "12,5", "1.2.3", "inf", "1e999", "0x10"] {
            assert!(parse_value(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn marks_keep_what_was_sent() {
        assert_eq!(Mark::parse("N").unwrap().as_str(), "N");
        assert_eq!(Mark::parse("abcd").unwrap().as_str(), "abcd");
        assert!(Mark::parse("").is_none() && Mark::parse("abcde").is_none() && Mark::parse("正").is_none());
    }

    #[test]
    fn limits_are_told_from_values() {
        let read = |text: &str| parse_limited(text).map_err(|error| error.to_string());
        for (text, limit) in [("<0.02", 0.02), ("< 0.02 ", 0.02), ("＜０.０２", 0.02), ("0.004L", 0.004), ("<0", 0.0)]
        {
            assert_eq!(read(text), Ok((Some(limit), true)), "{text}");
        }
        assert_eq!([read("0.02"), read("--")], [Ok((Some(0.02), false)), Ok((None, false))]);
        for text in ["<", "L", "<LOQ", "<-1", "<<1", "1 mg/L", "NULL L", "<-999"] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_mark_of_a_limit_keeps_the_instruments() {
        let mark = |text| Mark::parse(text).unwrap();
        assert_eq!(Mark::below(None).as_str(), "<");
        assert_eq!((Mark::below(Some(mark("N"))).as_str(), Mark::below(Some(mark("abcd"))).as_str()), ("<N", "<abc"));
        assert_eq!((mark("<N").own(), mark("<").own(), mark("N").own()), (Some(mark("N")), None, Some(mark("N"))));
        assert!(mark("<").is_below() && !mark("N<").is_below());
    }
}
