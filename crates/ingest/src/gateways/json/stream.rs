//! A batch that is read as it arrives: each reading is cut out, understood and let go.

use std::mem::take;

use serde::de::{DeserializeSeed, Error};

use super::{BatchSeed, Invalid, MOST_READINGS, Place, READING, ReadingSeed, Text, named};
use crate::intake::RawReading;

/// The longest reading, and the most that may stand around the list of them: nothing that is understood comes near it.
const LONGEST: usize = 64 << 10;

/// A reader that is given bytes as they come.
#[derive(Default)]
pub(crate) struct Stream {
    within: Within,
    /// What stands around the readings, whose list is empty there. White space counts as one space, wherever it may stand.
    around: Vec<u8>,
    /// How much of [`Self::around`] is open: objects and lists.
    depth: usize,
    text: Literal,
    /// The part of a reading that came with earlier bytes.
    part: Vec<u8>,
    count: usize,
}

/// Where the reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Within {
    #[default]
    Around,
    /// In the list, where a reading may begin or, but behind a comma, the list end.
    Begin { comma: bool },
    /// In the list, behind a reading.
    Behind,
    /// In a reading, and in so many objects and lists of it.
    Reading { depth: usize },
}

/// Whether a byte belongs to a string, and whether it is escaped there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Literal {
    #[default]
    None,
    Text,
    Escaped,
}

/// White space as JSON has it (RFC 8259, 2).
fn is_white(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

impl Literal {
    /// Passes a byte; whether it stands outside of any string.
    fn pass(&mut self, byte: u8) -> bool {
        let before = *self;
        *self = match (before, byte) {
            (Self::Text, b'\\') => Self::Escaped,
            (Self::Text, b'"') => Self::None,
            (Self::None, b'"') | (Self::Text | Self::Escaped, _) => Self::Text,
            (Self::None, _) => Self::None,
        };
        before == Self::None && byte != b'"'
    }
}

impl Stream {
    /// Reads more of the body, and hands each reading that ends in it to `add`. The first fault ends the batch.
    pub(crate) fn push(&mut self, bytes: &[u8], mut add: impl FnMut(RawReading)) -> Result<(), Invalid> {
        // Where the reading begins that is being passed.
        let mut begin = 0;
        for (at, byte) in bytes.iter().copied().enumerate() {
            match self.within {
                Within::Around => self.around(byte)?,
                Within::Reading { depth } => {
                    let depth = match byte {
                        _ if !self.text.pass(byte) => depth,
                        b'{' | b'[' => depth + 1,
                        b'}' | b']' => depth - 1,
                        _ => depth,
                    };
                    self.within = Within::Reading { depth };
                    if depth == 0 {
                        let reading = self.cut(&bytes[begin..=at])?;
                        add(reading);
                    }
                }
                _ if is_white(byte) => {}
                Within::Begin { .. } if byte == b'{' => {
                    if self.count == MOST_READINGS {
                        return Err(Invalid::TooMany);
                    }
                    begin = at;
                    self.within = Within::Reading { depth: 1 };
                }
                Within::Begin { comma: false } | Within::Behind if byte == b']' => {
                    self.around.push(byte);
                    self.depth -= 1;
                    self.within = Within::Around;
                }
                Within::Behind if byte == b',' => self.within = Within::Begin { comma: true },
                Within::Behind => return Err(self.fault("expected a comma or the end of the list")),
                Within::Begin { .. } => {
                    return Err(self.fault("expected an object with parameter, start, period and value"));
                }
            }
        }
        if let Within::Reading { .. } = self.within {
            self.keep(&bytes[begin..])?;
        }
        Ok(())
    }

    /// The station that the whole batch names. Readings whose list was not seen as one, for its name is written with escapes,
    /// are handed over now.
    pub(crate) fn finish(self, add: impl FnMut(RawReading)) -> Result<String, Invalid> {
        if self.within != Within::Around {
            return Err(self.fault("EOF while parsing the list of readings"));
        }
        let place = Place::default();
        let mut deserializer = serde_json::Deserializer::from_slice(&self.around);
        let batch = BatchSeed(&place).deserialize(&mut deserializer);
        let batch = batch.and_then(|(station, readings): (Option<Text<'_>>, Vec<RawReading>)| {
            deserializer.end()?;
            Ok((named(station, &place)?, readings))
        });
        let (station, readings) = batch.map_err(|error| place.invalid(&error))?;
        readings.into_iter().for_each(add);
        Ok(station)
    }

    fn around(&mut self, byte: u8) -> Result<(), Invalid> {
        let outside = self.text.pass(byte);
        if outside && is_white(byte) {
            if self.around.last() != Some(&b' ') {
                self.around.push(b' ');
            }
            return Ok(());
        }
        if self.around.len() == LONGEST {
            let place = Place::default();
            return Err(place.invalid(&Error::custom(format!("more than {LONGEST} bytes stand beside the readings"))));
        }
        let list = outside && byte == b'[' && self.depth == 1 && self.is_named_readings();
        self.around.push(byte);
        if outside {
            match byte {
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
        if list {
            self.within = Within::Begin { comma: false };
        }
        Ok(())
    }

    /// Whether the value that begins is that of `readings`.
    fn is_named_readings(&self) -> bool {
        let name = self.around.trim_ascii_end().strip_suffix(b":").map(<[u8]>::trim_ascii_end);
        name.is_some_and(|name| name.ends_with(b"\"readings\""))
    }

    /// Reads the reading that ends with `rest`.
    fn cut(&mut self, rest: &[u8]) -> Result<RawReading, Invalid> {
        let part = if self.part.is_empty() {
            None
        } else {
            self.keep(rest)?;
            Some(take(&mut self.part))
        };
        let place = Place::default();
        place.enter_reading(Some(self.count));
        let mut deserializer = serde_json::Deserializer::from_slice(part.as_deref().unwrap_or(rest));
        let seed = ReadingSeed { place: &place, known: &READING };
        let read = seed.deserialize(&mut deserializer).and_then(|(_, reading)| deserializer.end().map(|()| reading));
        let reading = read.map_err(|error| place.invalid(&error))?;
        self.count += 1;
        self.within = Within::Behind;
        Ok(reading)
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<(), Invalid> {
        if self.part.len() + bytes.len() > LONGEST {
            return Err(self.fault(&format!("longer than {LONGEST} bytes")));
        }
        self.part.extend_from_slice(bytes);
        Ok(())
    }

    /// A fault where the next reading stands.
    fn fault(&self, detail: &str) -> Invalid {
        let place = Place::default();
        place.enter_reading(Some(self.count));
        place.invalid(&Error::custom(detail))
    }
}
