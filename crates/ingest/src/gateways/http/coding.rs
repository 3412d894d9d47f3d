//! `Content-Encoding`: bodies unpacked as they arrive, and no further than is allowed.

use std::io::{self, BufReader, Read, Write};

use flate2::bufread::MultiGzDecoder as Gunzip;
use flate2::write::MultiGzDecoder;
use zstd::stream::raw::{Decoder, InBuffer, Operation, OutBuffer};

/// The largest window that a zstd frame may ask for, as a power of two: 8 MiB, as RFC 9659 has it for this header.
const ZSTD_WINDOW: u32 = 23;

/// How much is unpacked at once.
const PIECE: usize = 64 << 10;

/// `Content-Encoding`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Identity,
    Gzip,
    Zstd,
}

impl Coding {
    pub(super) const KNOWN: [&str; 3] = ["gzip", "zstd", "identity"];

    pub(super) fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "" | "identity" => Some(Self::Identity),
            "gzip" | "x-gzip" => Some(Self::Gzip),
            "zstd" => Some(Self::Zstd),
            _ => None,
        }
    }

    /// Whether a body may be larger than what arrives.
    pub(super) fn expands(self) -> bool {
        self != Self::Identity
    }

    /// Bytes that unpacking takes beside what is unpacked: a window, and tables.
    pub(super) fn overhead(self) -> usize {
        match self {
            Self::Identity => 0,
            Self::Gzip => 128 << 10,
            Self::Zstd => (1 << ZSTD_WINDOW) + (512 << 10),
        }
    }

    /// Unpacks a short body; `None` when it is longer than `limit`.
    pub(super) fn short(self, raw: &[u8], limit: usize) -> io::Result<Option<Vec<u8>>> {
        let mut bytes = Vec::new();
        let most = limit as u64 + 1;
        match self {
            Self::Identity => bytes.extend_from_slice(raw),
            Self::Gzip => {
                Gunzip::new(BufReader::new(raw)).take(most).read_to_end(&mut bytes)?;
            }
            Self::Zstd => {
                let mut decoder = zstd::Decoder::new(raw)?;
                decoder.window_log_max(ZSTD_WINDOW)?;
                decoder.take(most).read_to_end(&mut bytes)?;
            }
        }
        Ok((bytes.len() <= limit).then_some(bytes))
    }

    /// Unpacks into `sink` what is written to it.
    pub(super) fn unpack<W: Write>(self, sink: W) -> io::Result<Unpack<W>> {
        Ok(match self {
            Self::Identity => Unpack::Identity(sink),
            Self::Gzip => Unpack::Gzip(Box::new(MultiGzDecoder::new(sink))),
            Self::Zstd => {
                let mut decoder = Decoder::new()?;
                decoder.set_parameter(zstd::zstd_safe::DParameter::WindowLogMax(ZSTD_WINDOW))?;
                Unpack::Zstd { decoder, sink, piece: vec![0; PIECE], whole: true }
            }
        })
    }
}

/// A body that is unpacked as it comes.
pub(super) enum Unpack<W: Write> {
    Identity(W),
    Gzip(Box<MultiGzDecoder<W>>),
    Zstd {
        decoder: Decoder<'static>,
        sink: W,
        piece: Vec<u8>,
        /// Whether nothing has come, or the last frame is whole.
        whole: bool,
    },
}

impl<W: Write> Unpack<W> {
    /// Unpacks more of the body.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Identity(sink) => sink.write_all(bytes),
            Self::Gzip(decoder) => decoder.write_all(bytes),
            Self::Zstd { decoder, sink, piece, whole } => {
                let mut input = InBuffer::around(bytes);
                loop {
                    let mut output = OutBuffer::around(piece.as_mut_slice());
                    let began = input.pos();
                    let hint = decoder.run(&mut input, &mut output)?;
                    let (read, written) = (input.pos() - began, output.pos());
                    if read + written > 0 {
                        *whole = hint == 0;
                    }
                    sink.write_all(&piece[..written])?;
                    // A piece that is not full has all that could be unpacked.
                    if input.pos() == bytes.len() && written < PIECE {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// Ends the body, which must be whole.
    pub(super) fn end(&mut self) -> io::Result<()> {
        match self {
            Self::Identity(_) | Self::Zstd { whole: true, .. } => Ok(()),
            Self::Gzip(decoder) => decoder.try_finish(),
            Self::Zstd { .. } => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the last frame is cut off")),
        }
    }

    /// The sink of a body that has ended.
    pub(super) fn into_sink(self) -> io::Result<W> {
        match self {
            Self::Identity(sink) | Self::Zstd { sink, .. } => Ok(sink),
            Self::Gzip(decoder) => decoder.finish(),
        }
    }

    /// Where it is unpacked to.
    pub(super) fn sink(&self) -> &W {
        match self {
            Self::Identity(sink) | Self::Zstd { sink, .. } => sink,
            Self::Gzip(decoder) => decoder.get_ref(),
        }
    }
}
