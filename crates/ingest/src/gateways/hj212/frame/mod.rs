//! Frames out of a stream of bytes: `##`, LEN, data, check, CR LF (HJ 212-2017 §6.3.1).
//!
//! The framer does no I/O and knows nothing of what a frame means. It takes what field devices send (LEN of two or
//! three digits, a wrong LEN, a check in lower case or without its zeros, no CR LF) and names each departure. What
//! it cannot take it gives back as [`Garbage`], so that nothing received is lost.
//!
//! Three rules keep it honest and fast:
//! - LEN is a claim. It is believed only when a right check stands where it points; the head of another frame, met
//!   while waiting for the bytes that LEN claims, ends the wait.
//! - The same bytes give the same frames however the network cuts them. Each decision is made at a place in the
//!   stream, never at the end of a read.
//! - Each byte is looked at a fixed number of times, whatever stands in the stream: there is no going back.

mod check;
mod framer;
mod head;
#[cfg(test)]
mod tests;

use std::ops::Range;

use memchr::{memchr_iter, memmem};

use super::crc;
use super::deviation::{Deviation, Deviations};

pub use check::Trust;
pub use framer::Framer;

/// Longest data segment that four digits can announce. The standard ends at 1024; real packets of 1623 bytes exist.
pub const MAX_DATA: usize = 9999;

/// A data segment as a frame, with its length, check and line end. One longer than [`MAX_DATA`] becomes a frame that
/// nobody can read, since its length has five digits.
pub fn encode(data: &[u8]) -> Vec<u8> {
    let mut frame = format!("##{:04}", data.len()).into_bytes();
    frame.extend_from_slice(data);
    frame.extend_from_slice(format!("{:04X}\r\n", crc::hj(data)).as_bytes());
    frame
}

/// Where the data area stands in a data segment: between the first `CP=&&` and the last `&&`.
pub fn data_area(data: &[u8]) -> Option<Range<usize>> {
    let opens = |at: &usize| data[at + 1..].starts_with(b"&") && data[..*at].ends_with(b"CP=");
    let start = memchr_iter(b'&', data).find(opens)? + 2;
    let area = &data[start..];
    let length = if area.ends_with(b"&&") { area.len() - 2 } else { memmem::rfind(area, b"&&")? };
    Some(start..start + length)
}

/// Something found in the stream.
#[derive(Debug)]
pub enum Found<'a> {
    /// A frame whose check is right.
    Frame(Frame<'a>),
    /// Bytes that are no frame.
    Garbage(Garbage<'a>),
}

/// A frame with a right check and the shape of a message.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// From `##` to the last digit of the check.
    pub raw: &'a [u8],
    /// The data segment.
    pub data: &'a [u8],
    /// How the frame departs from the standard.
    pub deviations: Deviations,
}

/// Bytes that are no frame: one damaged frame, or noise between frames.
#[derive(Debug, Clone, Copy)]
pub struct Garbage<'a> {
    /// The bytes, as received.
    pub bytes: &'a [u8],
    /// What is wrong with them.
    pub damage: Damage,
}

/// Why bytes are no frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// They do not begin with the head of a frame.
    Noise,
    /// The check is wrong.
    Check,
    /// The check is that of Modbus, not of HJ 212.
    CheckModbus,
    /// The check is that of Modbus with its bytes swapped.
    CheckModbusSwapped,
    /// No check stands where LEN points, and no line end with a right check before it.
    Length,
    /// The check is right, but there is no `CP=&&…&&`.
    Shape,
    /// Another frame begins, or the connection ends, before this frame does.
    Cut,
}

impl Damage {
    /// The stable word for it, in metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Noise => "noise",
            Self::Check => "check",
            Self::CheckModbus => "check_modbus",
            Self::CheckModbusSwapped => "check_modbus_swapped",
            Self::Length => "length",
            Self::Shape => "shape",
            Self::Cut => "cut",
        }
    }

    /// The deviation that a frame has which is damaged so; `None` where it cannot be told whose bytes these are.
    pub fn deviation(self) -> Option<Deviation> {
        match self {
            Self::Noise => None,
            Self::Check => Some(Deviation::CrcWrong),
            Self::CheckModbus => Some(Deviation::CrcModbus),
            Self::CheckModbusSwapped => Some(Deviation::CrcModbusSwapped),
            Self::Length => Some(Deviation::LenUnusable),
            Self::Shape => Some(Deviation::NoArea),
            Self::Cut => Some(Deviation::Cut),
        }
    }

    /// A sentence for the person who mends the device.
    pub fn detail(self) -> &'static str {
        match self {
            Self::Noise => "bytes that do not begin a frame; a frame begins with ## and its length in four digits",
            Self::Check => "the check is wrong; HJ 212-2017 annex A says how it is computed",
            Self::CheckModbus => "the check is CRC-16/MODBUS; HJ 212-2017 annex A computes another",
            Self::CheckModbusSwapped => {
                "the check is CRC-16/MODBUS with its bytes swapped; HJ 212-2017 annex A computes another"
            }
            Self::Length => "no check stands where the length points; the length counts the bytes of the data segment",
            Self::Shape => "the data segment has no CP=&&…&&",
            Self::Cut => "the frame ends before its data segment does",
        }
    }
}
