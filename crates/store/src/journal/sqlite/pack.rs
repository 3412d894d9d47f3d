//! The readings of one submission, or of one block of a series, as one value.
//!
//! ```text
//! in a submission: series (varint)  figures
//! in a block:      number less submission's number (varint)  submission's number less the one before (zigzag varint)
//!                  figures
//! figures = start less the start before, first from 0, in microseconds (zigzag varint)
//!           revision (varint)  shape (1 byte)  [value, f64 little-endian]  [mark, 1 to 4 bytes]  [conversion (varint)]
//! shape   = bit 0: has a value; bits 1 to 3: length of the mark; bit 4: has a conversion
//! ```

use limpid_model::Mark;

use super::failure::damaged;
use crate::error::{Result, StoreError};

/// A reading with ids in place of names.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Packed {
    /// Row of `series`.
    pub series: i64,
    /// Microseconds since 1970.
    pub start: i64,
    /// From 1.
    pub revision: u32,
    /// As received.
    pub value: Option<f64>,
    /// The instrument's mark.
    pub mark: Option<Mark>,
    /// Row of `words`, 0 for none.
    pub conversion: i64,
}

impl Packed {
    /// Whether both say the same: value bit for bit, and mark.
    pub fn same(&self, value: Option<f64>, mark: Option<Mark>) -> bool {
        self.value.map(f64::to_bits) == value.map(f64::to_bits) && self.mark == mark
    }
}

/// A reading with its place in the order of acceptance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Placed {
    /// Its number.
    pub seq: i64,
    /// Number of the submission that brought it.
    pub submission: i64,
    /// The reading.
    pub reading: Packed,
}

/// Appends readings to a value.
#[derive(Debug, Default)]
pub(super) struct Packer {
    bytes: Vec<u8>,
    start: i64,
    submission: i64,
}

impl Packer {
    /// With room for so many readings.
    pub fn with_capacity(readings: usize) -> Self {
        Self { bytes: Vec::with_capacity(readings * 20), ..Self::default() }
    }

    /// Adds one to those of a submission.
    pub fn push(&mut self, reading: &Packed) {
        varint(&mut self.bytes, reading.series as u64);
        self.figures(reading);
    }

    /// Adds one to those of a block.
    pub fn place(&mut self, placed: &Placed) {
        varint(&mut self.bytes, placed.seq.wrapping_sub(placed.submission) as u64);
        varint(&mut self.bytes, zigzag(placed.submission.wrapping_sub(self.submission)));
        self.submission = placed.submission;
        self.figures(&placed.reading);
    }

    fn figures(&mut self, reading: &Packed) {
        let bytes = &mut self.bytes;
        varint(bytes, zigzag(reading.start.wrapping_sub(self.start)));
        self.start = reading.start;
        varint(bytes, reading.revision.into());
        let mark = reading.mark.as_ref().map_or("", |mark| mark.as_str());
        let shape =
            u8::from(reading.value.is_some()) | (mark.len() as u8) << 1 | u8::from(reading.conversion != 0) << 4;
        bytes.push(shape);
        if let Some(value) = reading.value {
            bytes.extend_from_slice(&value.to_le_bytes());
        }
        bytes.extend_from_slice(mark.as_bytes());
        if reading.conversion != 0 {
            varint(bytes, reading.conversion as u64);
        }
    }

    /// The value; empty when nothing was added.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)) as u64
}

fn varint(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Reads the readings of a value back, in order.
pub(super) struct Unpacker<'a> {
    bytes: &'a [u8],
    start: i64,
    submission: i64,
}

impl<'a> Unpacker<'a> {
    /// Of what a [`Packer`] made.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, start: 0, submission: 0 }
    }

    /// The readings of a submission.
    pub fn readings(mut self) -> impl Iterator<Item = Result<Packed>> {
        std::iter::from_fn(move || {
            self.next_by(|this| {
                let series = this.varint()? as i64;
                this.figures(series)
            })
        })
    }

    /// The readings of a block of this series.
    pub fn placed(mut self, series: i64) -> impl Iterator<Item = Result<Placed>> {
        std::iter::from_fn(move || {
            self.next_by(|this| {
                let offset = this.varint()? as i64;
                this.submission = this.submission.wrapping_add(this.zigzag()?);
                let (submission, reading) = (this.submission, this.figures(series)?);
                Ok(Placed { seq: submission.wrapping_add(offset), submission, reading })
            })
        })
    }

    /// Nothing follows an error.
    fn next_by<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T>) -> Option<Result<T>> {
        if self.bytes.is_empty() {
            return None;
        }
        let read = read(self);
        if read.is_err() {
            self.bytes = &[];
        }
        Some(read)
    }

    fn zigzag(&mut self) -> Result<i64> {
        let number = self.varint()?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(count).ok_or_else(broken)?;
        self.bytes = rest;
        Ok(taken)
    }

    fn varint(&mut self) -> Result<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(broken())
    }

    fn figures(&mut self, series: i64) -> Result<Packed> {
        self.start = self.start.wrapping_add(self.zigzag()?);
        let revision = u32::try_from(self.varint()?).map_err(|_| broken())?;
        let shape = self.take(1)?[0];
        let value = match shape & 1 {
            0 => None,
            _ => Some(f64::from_le_bytes(self.take(8)?.try_into().map_err(|_| broken())?)),
        };
        let mark = match usize::from(shape >> 1 & 7) {
            0 => None,
            length => {
                let text = std::str::from_utf8(self.take(length)?).map_err(|_| broken())?;
                Some(Mark::parse(text).ok_or_else(broken)?)
            }
        };
        let conversion = if shape & 0x10 == 0 { 0 } else { self.varint()? as i64 };
        Ok(Packed { series, start: self.start, revision, value, mark, conversion })
    }
}

fn broken() -> StoreError {
    damaged("groups", "packed readings cannot be read")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    prop_compose! {
        fn reading()(
            series in 1i64..i64::MAX, start in any::<i64>(), revision in 1u32..,
            bits in proptest::option::of(any::<u64>()), mark in proptest::option::of("[!-~]{1,4}"),
            conversion in prop_oneof![Just(0), 1i64..i64::MAX],
        ) -> Packed {
            let mark = mark.map(|text| Mark::parse(&text).unwrap());
            Packed { series, start, revision, value: bits.map(f64::from_bits), mark, conversion }
        }
    }

    fn key(reading: &Packed) -> impl PartialEq + std::fmt::Debug + use<> {
        let Packed { series, start, revision, value, mark, conversion } = *reading;
        (series, start, revision, value.map(f64::to_bits), mark, conversion)
    }

    proptest! {
        #[test]
        fn what_is_packed_comes_out_bit_for_bit(readings in proptest::collection::vec(reading(), 0..20)) {
            let mut packer = Packer::default();
            readings.iter().for_each(|reading| packer.push(reading));
            let bytes = packer.bytes().to_vec();
            let back: Vec<Packed> = Unpacker::new(&bytes).readings().map(Result::unwrap).collect();
            prop_assert_eq!(back.iter().map(key).collect::<Vec<_>>(), readings.iter().map(key).collect::<Vec<_>>());
            let places: Vec<(i64, i64)> = (0..).map(|place| (place * 1000 - 7, place % 3 * 500)).take(readings.len()).collect();
            let mut packer = Packer::default();
            for ((seq, submission), reading) in places.iter().zip(&readings) {
                let reading = Packed { series: 5, ..*reading };
                packer.place(&Placed { seq: *seq, submission: *submission, reading });
            }
            let bytes = packer.bytes().to_vec();
            let back: Vec<Placed> = Unpacker::new(&bytes).placed(5).map(Result::unwrap).collect();
            prop_assert_eq!(back.iter().map(|placed| (placed.seq, placed.submission)).collect::<Vec<_>>(), places);
            let expected: Vec<_> = readings.iter().map(|reading| key(&Packed { series: 5, ..*reading })).collect();
            prop_assert_eq!(back.iter().map(|placed| key(&placed.reading)).collect::<Vec<_>>(), expected);
        }

        #[test]
        fn damaged_bytes_end_in_an_error_or_readings_but_never_in_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let length = bytes.len();
            prop_assert!(Unpacker::new(&bytes).readings().count() <= length);
            prop_assert!(Unpacker::new(&bytes).placed(1).count() <= length);
        }
    }
}
