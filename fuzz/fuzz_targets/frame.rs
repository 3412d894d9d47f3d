//! The HJ 212 framer, fed by whoever can reach the port. Beyond "no panic" it holds three laws: the frames
//! do not depend on how the network cuts the stream, no byte but blanks is lost, and a good frame behind anything is
//! taken.

#![no_main]

use libfuzzer_sys::fuzz_target;
use limpid_ingest::gateways::hj212::frame::{Found, Framer, encode};

const GOOD: &[u8] =
    b"QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&";

fuzz_target!(|input: &[u8]| {
    let Some((cut, stream)) = input.split_first() else { return };
    let (whole, kept) = read(std::iter::once(stream));
    let (pieces, kept_of_pieces) = read(stream.chunks(usize::from(*cut).max(1)));
    assert_eq!(whole, pieces);
    let unblank: Vec<u8> = stream.iter().copied().filter(|byte| !blank(*byte)).collect();
    assert_eq!(kept, unblank);
    assert_eq!(kept_of_pieces, unblank);
    let good = encode(GOOD);
    let (frames, _) = read([stream, good.as_slice()].into_iter());
    assert_eq!(frames.last().map(Vec::as_slice), Some(GOOD));
});

/// The data segments, and every byte that was handed out and is no blank.
fn read<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (Vec<Vec<u8>>, Vec<u8>) {
    let (mut frames, mut bytes) = (Vec::new(), Vec::new());
    let mut framer = Framer::default();
    let mut take = |found: Found<'_>| match found {
        Found::Frame(frame) => {
            frames.push(frame.data.to_vec());
            bytes.extend(frame.raw.iter().copied().filter(|byte| !blank(*byte)));
        }
        Found::Garbage(garbage) => bytes.extend(garbage.bytes.iter().copied().filter(|byte| !blank(*byte))),
    };
    for piece in pieces {
        framer.push(piece);
        while let Some(found) = framer.find() {
            take(found);
        }
    }
    if let Some(found) = framer.finish() {
        take(found);
    }
    (frames, bytes)
}

fn blank(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n' | b' ' | 0)
}
