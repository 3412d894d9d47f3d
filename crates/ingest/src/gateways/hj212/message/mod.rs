//! What a frame says: the data segment of HJ 212-2017 §6.3.2, read without copying and without grammar.
//!
//! No device conforms in full, and the standard's own examples break its rules (a comma where a semicolon belongs,
//! spaces, a name twice). So the header is a map in any order, items are split on `;` and `,` alike, and values are
//! grouped by the code before the last `-`. What is out of order is named in [`Deviations`].

mod header;
#[cfg(test)]
mod tests;
mod write;

use std::borrow::Cow;
use std::collections::HashMap;

use chrono::{NaiveDate, NaiveDateTime};
use limpid_model::pipeline::Encoding;
use memchr::{memchr2_iter, memmem, memrchr};

use super::deviation::{Deviation, Deviations};
use super::frame::data_area;

pub use header::{decode_as, mn};
pub use write::{Upload, answer};

/// Bit of Flag that asks for an answer (§6.3.2, table 1).
const ANSWER: u8 = 1;

/// The two lowest bits of Flag; the rest is the version of the standard: 0 = 2005, 4 = 2017, 8 = 2025.
const BELOW_VERSION: u8 = 0b11;

/// A data segment as text: UTF-8 as HJ 212-2017 §6.3 asks, GB 18030 as many devices send.
pub fn decode(data: &[u8]) -> (Cow<'_, str>, Deviations) {
    decode_as(data, Encoding::Auto)
}

/// A message. Every text is as sent, without the spaces around it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Message<'a> {
    /// Number of the interaction, from the header; 2005 devices write it into the data area instead.
    pub qn: Option<&'a str>,
    /// Kind of system: `22` ambient air, `32` waste water and so on. Devices are careless with it.
    pub st: Option<&'a str>,
    /// Command.
    pub cn: Option<&'a str>,
    /// Password.
    pub pw: Option<&'a str>,
    /// Identity of the station.
    pub mn: Option<&'a str>,
    /// Version and answer bits; `None` in messages of the 2005 edition.
    pub flag: Option<u8>,
    /// How many parts there are.
    pub pnum: Option<&'a str>,
    /// Which part this is.
    pub pno: Option<&'a str>,
    /// The items of the data area, in order.
    pub fields: Vec<Field<'a>>,
    /// It was sent before (RF of 2025).
    pub again: bool,
    /// How it departs from the standard.
    pub deviations: Deviations,
    /// Place, in the standard's order, of the header field read last.
    place: u8,
}

/// `name=value` in the data area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field<'a> {
    /// `DataTime`, `a34004-Rtd`.
    pub name: &'a str,
    /// As sent; a log text with its `//`.
    pub value: &'a str,
    /// Whether a comma stands before it.
    pub comma: bool,
}

/// What a message says about one factor.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Factor<'a> {
    /// The code, as sent: `011` is not `11`.
    pub code: &'a str,
    /// `-Rtd`, the value of the moment.
    pub rtd: Option<&'a str>,
    /// `-Avg`, the mean of the period.
    pub avg: Option<&'a str>,
    /// `-Data`, of noise.
    pub data: Option<&'a str>,
    /// `-DayData`, of noise in the day's hours.
    pub day: Option<&'a str>,
    /// `-NightData`, of noise in the night's hours.
    pub night: Option<&'a str>,
    /// `-Cou`, what accumulated in the period.
    pub amount: Option<&'a str>,
    /// `-SampleTime`, when the sample was taken.
    pub sampled: Option<&'a str>,
    /// `-Flag`, the instrument's mark.
    pub mark: Option<&'a str>,
    /// One of these stands twice with different values; the first is here.
    pub conflict: bool,
}

impl<'a> Factor<'a> {
    /// Whichever of its values there is, that of a period before that of a moment.
    pub fn value(&self) -> Option<&'a str> {
        self.avg.or(self.data).or(self.rtd).or(self.day).or(self.night)
    }
}

/// Suffixes of HJ 212-2017 table 4 that are known and not read, then those of periodic sampling (2013) of 2025.
const UNREAD: [&str; 13] =
    ["Min", "Max", "ZsRtd", "ZsMin", "ZsAvg", "ZsMax", "EFlag", "Info", "SN", "RS", "RT", "CompleteTime", "SampleType"];

impl<'a> Message<'a> {
    /// Reads a data segment; `None` when it has no `CP=&&…&&`.
    pub fn parse(text: &'a str) -> Option<Self> {
        let area = data_area(text.as_bytes())?;
        let mut message = Self::default();
        message.read_header(&text[..area.start - "CP=&&".len()]);
        let trailing = &text[area.end + "&&".len()..];
        if !trailing.is_empty() {
            message.deviations.add(Deviation::TrailingHeader);
            message.place = 0;
            message.read_header(trailing);
        }
        message.fields = fields(&text[area], &mut message.deviations);
        let deviations = &mut message.deviations;
        deviations.add_if(message.flag.is_none(), Deviation::NoFlag);
        deviations.add_if(message.qn.is_none_or(str::is_empty), Deviation::NoQn);
        Some(message)
    }

    /// The first value of this name in the data area.
    pub fn field(&self, name: &str) -> Option<&'a str> {
        self.fields.iter().find(|field| field.name == name).map(|field| field.value)
    }

    /// Whether the sender waits for an answer. Without a Flag it does not (HJ/T 212-2005).
    pub fn wants_answer(&self) -> bool {
        self.flag.is_some_and(|flag| flag & ANSWER != 0)
    }

    /// The bits of Flag that name the edition.
    pub fn version(&self) -> u8 {
        self.flag.unwrap_or(0) & !BELOW_VERSION
    }

    /// The values by factor, in the order in which the factors first appear, and what is out of order in them.
    pub fn factors(&self) -> (Vec<Factor<'a>>, Deviations) {
        let mut factors: Vec<Factor<'a>> = Vec::with_capacity(self.fields.len() / 2 + 1);
        let mut places: HashMap<&str, usize> = HashMap::new();
        let mut deviations = Deviations::default();
        // Code of the field before, by which it is told whether a comma or a semicolon belongs between the two.
        let mut before = None;
        for Field { name, value, comma } in &self.fields {
            let Some(hyphen) = memrchr(b'-', name.as_bytes()) else {
                deviations.add_if(*comma, Deviation::Separator);
                before = None;
                continue;
            };
            // Two hyphens stand in an example of the standard.
            let (code, suffix) = (name[..hyphen].trim_end_matches('-'), &name[hyphen + 1..]);
            deviations.add_if(*comma != (before == Some(code)), Deviation::Separator);
            before = Some(code);
            let place = place(&factors, &mut places, code).unwrap_or_else(|| {
                factors.push(Factor { code, ..Factor::default() });
                factors.len() - 1
            });
            let factor = &mut factors[place];
            let slot = match suffix {
                "Rtd" => &mut factor.rtd,
                "Avg" => &mut factor.avg,
                "Data" => &mut factor.data,
                "DayData" => &mut factor.day,
                "NightData" => &mut factor.night,
                "Cou" => &mut factor.amount,
                "SampleTime" => &mut factor.sampled,
                "Flag" => &mut factor.mark,
                _ => {
                    deviations.add_if(!UNREAD.contains(&suffix), Deviation::UnknownSuffix);
                    continue;
                }
            };
            match slot {
                None => *slot = Some(value),
                Some(first) => {
                    deviations.add(Deviation::Duplicate);
                    factor.conflict |= first != value;
                }
            }
        }
        factors.retain(|factor| factor.value().or(factor.amount).or(factor.mark).is_some());
        (factors, deviations)
    }
}

/// Splits the data area. Log text between `//` and `//` may contain every separator (HJ 212-2017 C.40).
fn fields<'a>(area: &'a str, deviations: &mut Deviations) -> Vec<Field<'a>> {
    let bytes = area.as_bytes();
    // An item of the usual sort, `a34004-Rtd=33,`, has about 14 bytes.
    let mut fields = Vec::with_capacity(bytes.len() / 12);
    let mut start = 0;
    while start < bytes.len() {
        let mut equals = None;
        let mut end = start;
        while end < bytes.len() && bytes[end] != b';' && bytes[end] != b',' {
            if bytes[end] == b'=' && equals.is_none() {
                equals = Some(end);
                end += 1;
                while bytes[end..].starts_with(b"//") {
                    let Some(close) = memmem::find(&bytes[end + 2..], b"//") else { break };
                    end += close + 4;
                }
            } else {
                end += 1;
            }
        }
        match equals {
            Some(equals) => {
                let (name, value) = (trim(&area[start..equals]), trim(&area[equals + 1..end]));
                fields.push(Field { name, value, comma: start > 0 && bytes[start - 1] == b',' });
            }
            None if trim(&area[start..end]).is_empty() => deviations.add(Deviation::EmptyItem),
            None => deviations.add(Deviation::NoValue),
        }
        start = end + 1;
    }
    // A separator before the closing && announces an item that does not come.
    deviations.add_if(matches!(bytes.last(), Some(b';' | b',')), Deviation::EmptyItem);
    fields
}

/// So many factors are looked through one by one, which is quicker than a map. A message of ten thousand bytes may
/// have thousands, and then it is not.
const FEW: usize = 32;

/// Where a code stands; `None` where it is new, and goes to the end.
fn place<'a>(factors: &[Factor<'a>], places: &mut HashMap<&'a str, usize>, code: &'a str) -> Option<usize> {
    // Values of one factor mostly stand together.
    if factors.last().is_some_and(|last| last.code == code) {
        return Some(factors.len() - 1);
    }
    if factors.len() < FEW {
        return factors.iter().position(|factor| factor.code == code);
    }
    let known = places.len();
    places.extend(factors.iter().enumerate().skip(known).map(|(at, factor)| (factor.code, at)));
    places.get(code).copied()
}

/// Pieces between `;` and `,`.
fn items(text: &str) -> impl Iterator<Item = &str> {
    let ends = memchr2_iter(b';', b',', text.as_bytes()).chain([text.len()]);
    ends.scan(0, move |start, end| Some(&text[std::mem::replace(start, end + 1)..end]))
}

/// `str::trim`, but quick where there is nothing to trim, which is nearly everywhere.
fn trim(text: &str) -> &str {
    match text.as_bytes() {
        [] => text,
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim(),
    }
}

/// A time of the wire, `YYYYMMDDhhmmss` or with `zzz` milliseconds, in the station's own zone.
pub fn time(text: &str) -> Option<NaiveDateTime> {
    if !(text.len() == 14 || text.len() == 17) || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number = |from: usize, to: usize| text[from..to].parse::<u32>().ok();
    let millis = if text.len() == 17 { number(14, 17)? } else { 0 };
    NaiveDate::from_ymd_opt(number(0, 4)? as i32, number(4, 6)?, number(6, 8)?)?.and_hms_milli_opt(
        number(8, 10)?,
        number(10, 12)?,
        number(12, 14)?,
        millis,
    )
}
