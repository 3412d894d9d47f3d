//! The machine that finds frames: a place in the stream up to which all is decided, and at most one open frame.

use std::ops::Range;

use limpid_model::pipeline::Crc;
use memchr::{memchr, memchr3};

use super::check::{Trust, other_check, wrong};
use super::head::{self, Look};
use super::{Damage, Found, Frame, Garbage, MAX_DATA, data_area};
use crate::gateways::hj212::crc;
use crate::gateways::hj212::deviation::{Deviation, Deviations};

/// Longest data segment of HJ 212-2017 §6.3.1.
const STANDARD_DATA: usize = 1024;

/// A buffer that has grown larger than this, for a backlog or for noise, shrinks again when less waits in it.
const ROOM: usize = 2048;

/// Noise is handed out in pieces of this many bytes, or when a frame follows, whichever comes first.
const NOISE: usize = 1024;

/// Finds frames in a stream. Push what was read, then call [`Framer::find`] until it gives `None`.
#[derive(Debug)]
pub struct Framer {
    buf: Vec<u8>,
    /// First byte not handed out yet.
    start: usize,
    /// First byte not looked at yet.
    scan: usize,
    /// The frame being read; its `##` stands at `start`.
    open: Option<Open>,
    /// What was handed out last is a frame.
    follows_frame: bool,
    max_data: usize,
}

/// A frame of which the head has been read.
#[derive(Debug)]
struct Open {
    body: usize,
    len: usize,
    deviations: Deviations,
    /// The place where LEN points has been looked at.
    tried: bool,
    /// What was wrong with the first check that was tried.
    damage: Option<Damage>,
    /// Check over `body..summed`.
    register: u16,
    summed: usize,
}

impl Open {
    /// Where the data segment ends if LEN is right.
    fn end(&self) -> usize {
        self.body + self.len
    }
}

enum Step {
    Wait,
    Go,
    Found(Piece),
}

/// A found thing, as places in the buffer.
enum Piece {
    Frame { raw: Range<usize>, data: Range<usize>, deviations: Deviations },
    Garbage { bytes: Range<usize>, damage: Damage },
}

impl Default for Framer {
    fn default() -> Self {
        Self::new(MAX_DATA)
    }
}

impl Framer {
    /// A framer that takes data segments of up to `max_data` bytes, [`MAX_DATA`] at most.
    pub fn new(max_data: usize) -> Self {
        let max_data = max_data.min(MAX_DATA);
        Self { buf: Vec::new(), start: 0, scan: 0, open: None, follows_frame: false, max_data }
    }

    /// Adds bytes as they came. Between calls of [`Framer::find`] that gave `None` the framer holds at most one data
    /// segment or one piece of noise, and what was pushed since.
    pub fn push(&mut self, bytes: &[u8]) {
        // Moved only when at least half of it is spent, so that each byte is moved a bounded number of times.
        if self.start > 0 && self.start >= self.buf.len() - self.start {
            self.forget();
        }
        self.buf.extend_from_slice(bytes);
    }

    /// Drops what was handed out.
    fn forget(&mut self) {
        self.buf.drain(..self.start);
        self.scan -= self.start;
        if let Some(open) = &mut self.open {
            open.body -= self.start;
            open.summed -= self.start;
        }
        self.start = 0;
    }

    /// Bytes that were pushed and not handed out yet.
    pub fn pending(&self) -> usize {
        self.buf.len() - self.start
    }

    /// Whether something has begun that more bytes must end: anything but the blanks between frames.
    pub fn unfinished(&self) -> bool {
        skip_blanks(&self.buf, self.start) < self.buf.len()
    }

    /// The next frame or piece of garbage; `None` when more bytes are needed.
    pub fn find(&mut self) -> Option<Found<'_>> {
        self.find_trusting(&|_| Crc::Hj)
    }

    /// The same where senders may be known by another check than the standard's: `trust` says which, of a data
    /// segment whose check is wrong.
    pub fn find_trusting(&mut self, trust: Trust<'_>) -> Option<Found<'_>> {
        let piece = loop {
            let step = match self.open.take() {
                Some(open) => self.follow(open, trust),
                None => self.hunt(),
            };
            match step {
                Step::Wait => {
                    if self.buf.capacity() > ROOM && self.pending() < ROOM {
                        self.forget();
                        self.buf.shrink_to_fit();
                    }
                    return None;
                }
                Step::Go => {}
                Step::Found(piece) => break piece,
            }
        };
        Some(self.show(piece))
    }

    /// What is left when no more bytes will come.
    pub fn finish(&mut self) -> Option<Found<'_>> {
        let damage = if self.open.take().is_some() { Damage::Cut } else { Damage::Noise };
        let bytes = skip_blanks(&self.buf, self.start)..self.buf.len();
        self.start = self.buf.len();
        self.scan = self.buf.len();
        (!bytes.is_empty()).then(|| self.show(Piece::Garbage { bytes, damage }))
    }

    fn show(&self, piece: Piece) -> Found<'_> {
        match piece {
            Piece::Frame { raw, data, deviations } => {
                Found::Frame(Frame { raw: &self.buf[raw], data: &self.buf[data], deviations })
            }
            Piece::Garbage { bytes, damage } => Found::Garbage(Garbage { bytes: &self.buf[bytes], damage }),
        }
    }

    /// Between frames: looks for a head.
    fn hunt(&mut self) -> Step {
        let Some(offset) = memchr(b'#', &self.buf[self.scan..]) else {
            self.scan = self.buf.len();
            return self.noise();
        };
        let at = self.scan + offset;
        match head::look(&self.buf[at..]) {
            Look::Other => {
                self.scan = at + 1;
                Step::Go
            }
            Look::Partial => {
                self.scan = at;
                self.noise()
            }
            Look::Head { body, len } => {
                self.scan = at;
                let noise = skip_blanks(&self.buf, self.start).min(at)..at;
                if !noise.is_empty() {
                    return self.garbage(noise, Damage::Noise);
                }
                let mut deviations = Deviations::default();
                deviations.add_if(self.follows_frame && self.buf[self.start..at] != *b"\r\n", Deviation::Terminator);
                deviations.add_if(body < 6, Deviation::LenDigits);
                let body = at + body;
                self.start = at;
                self.scan = body;
                let tried = len > self.max_data;
                self.open =
                    Some(Open { body, len, deviations, tried, damage: None, register: crc::START, summed: body });
                Step::Go
            }
        }
    }

    /// Hands out the noise before `scan` when there is enough of it.
    fn noise(&mut self) -> Step {
        if self.scan - self.start < NOISE {
            return Step::Wait;
        }
        let from = skip_blanks(&self.buf, self.start).min(self.scan);
        if from < self.scan {
            return self.garbage(from..self.scan, Damage::Noise);
        }
        // Nothing but line ends: one blank stays, so that the next frame is known not to follow on CR LF.
        self.start = self.scan - 1;
        Step::Wait
    }

    /// Within a frame: looks for its end.
    fn follow(&mut self, mut open: Open, trust: Trust<'_>) -> Step {
        loop {
            let stop = memchr3(b'\r', b'\n', b'#', &self.buf[self.scan..]).map(|offset| self.scan + offset);
            if !open.tried && open.end() + 4 <= stop.unwrap_or(self.buf.len()) {
                open.tried = true;
                if let Some(step) = self.end_by_len(&mut open, trust) {
                    return step;
                }
            }
            let Some(at) = stop else {
                self.scan = self.buf.len();
                if self.buf.len() - open.body > self.max_data + 4 {
                    return self.damaged(&open, Damage::Length, self.buf.len());
                }
                self.open = Some(open);
                return Step::Wait;
            };
            if self.buf[at] == b'#' {
                match head::look(&self.buf[at..]) {
                    Look::Other => self.scan = at + 1,
                    Look::Partial => {
                        self.scan = at;
                        self.open = Some(open);
                        return Step::Wait;
                    }
                    Look::Head { .. } => {
                        let step = self.end_by_shape(&mut open, at, trust);
                        return step.unwrap_or_else(|| self.damaged(&open, Damage::Cut, at));
                    }
                }
            } else {
                // In this order, because the check is summed forward only.
                let step =
                    self.end_by_shape(&mut open, at, trust).or_else(|| self.end_by_short_check(&mut open, at, trust));
                if let Some(step) = step {
                    return step;
                }
                if at >= open.end() || at - open.body > self.max_data + 4 {
                    return self.damaged(&open, Damage::Length, at);
                }
                // A line end within the data segment, if LEN is right.
                self.scan = at + 1;
            }
        }
    }

    /// Four hex digits where LEN points.
    fn end_by_len(&mut self, open: &mut Open, trust: Trust<'_>) -> Option<Step> {
        let end = open.end();
        let outcome = self.close(open, end, end + 4, trust)?;
        // With && before the digits LEN is plainly right and the check wrong; else the line end has the last word.
        let data = &self.buf[open.body..end];
        let sure = open.damage == Some(Damage::Shape) || (data.ends_with(b"&&") && data_area(data).is_some());
        match outcome {
            Ok(step) => Some(step),
            Err(damage) if sure => Some(self.damaged(open, damage, end + 4)),
            Err(_) => None,
        }
    }

    /// One to three hex digits between where LEN points and the line end at `at`.
    fn end_by_short_check(&mut self, open: &mut Open, at: usize, trust: Trust<'_>) -> Option<Step> {
        if open.tried || !(1..=3).contains(&at.checked_sub(open.end())?) {
            return None;
        }
        self.close(open, open.end(), at, trust)?.ok()
    }

    /// `&&` and four hex digits before `at`, wherever LEN points.
    fn end_by_shape(&mut self, open: &mut Open, at: usize, trust: Trust<'_>) -> Option<Step> {
        let end = at.checked_sub(4).filter(|end| self.buf[open.body..at].len() >= 6 && *end >= open.summed)?;
        if !self.buf[..end].ends_with(b"&&") || end - open.body > self.max_data {
            return None;
        }
        self.close(open, end, at, trust)?.ok()
    }

    /// Tries the data segment up to `end` with the check that stands in `end..after`. `None` when that is no check.
    fn close(&mut self, open: &mut Open, end: usize, after: usize, trust: Trust<'_>) -> Option<Result<Step, Damage>> {
        let digits = &self.buf[end..after];
        let check = digits.iter().try_fold(0, |check: u16, digit| {
            let digit = (*digit as char).to_digit(16)?;
            Some(check << 4 | digit as u16)
        })?;
        open.register = crc::advance(open.register, &self.buf[open.summed..end]);
        open.summed = end;
        let data = &self.buf[open.body..end];
        let mut deviations = open.deviations;
        if open.register != check {
            // Named once: a second look would cost another pass over the same bytes.
            let damage = *open.damage.get_or_insert_with(|| wrong(data, check));
            // Only where LEN points, so that no byte is looked at more often than a fixed number of times.
            let by_len = end == open.end() && digits.len() == 4 && data_area(data).is_some();
            match by_len.then(|| other_check(data, check, trust)).flatten() {
                Some(deviation) => deviations.add(deviation),
                None => return Some(Err(damage)),
            }
        }
        if data_area(data).is_none() {
            open.damage = Some(Damage::Shape);
            return Some(Err(Damage::Shape));
        }
        deviations.add_if(data.len() != open.len, Deviation::LenMismatch);
        deviations.add_if(data.len() > STANDARD_DATA, Deviation::LongData);
        deviations.add_if(digits.len() < 4, Deviation::CrcShort);
        deviations.add_if(digits.iter().any(u8::is_ascii_lowercase), Deviation::CrcCase);
        let raw = self.start..after;
        self.start = after;
        self.scan = after;
        self.follows_frame = true;
        Some(Ok(Step::Found(Piece::Frame { raw, data: open.body..end, deviations })))
    }

    fn damaged(&mut self, open: &Open, otherwise: Damage, to: usize) -> Step {
        self.scan = to;
        self.garbage(self.start..to, open.damage.unwrap_or(otherwise))
    }

    fn garbage(&mut self, bytes: Range<usize>, damage: Damage) -> Step {
        self.start = bytes.end;
        self.follows_frame = false;
        Step::Found(Piece::Garbage { bytes, damage })
    }
}

/// The first place at or after `from` that is none of the bytes that devices send between frames.
fn skip_blanks(buf: &[u8], from: usize) -> usize {
    buf[from..].iter().position(|b| !matches!(b, b'\r' | b'\n' | b' ' | 0)).map_or(buf.len(), |offset| from + offset)
}
