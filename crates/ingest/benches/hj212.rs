//! How fast HJ 212 frames are decoded: found in the stream, checked, read, and grouped by factor.
//!
//! The frame is vector 6 of the gateway's tests: 411 bytes of data, 11 factors. The baseline is the least that any
//! decoder must do, over the same bytes: add up every byte and look at every separator. Two streams differ in nothing
//! but how many frames stick together in one read; the last figure is their ratio, 1 for a decoder that is linear.
//!
//! One line a figure: name, value, unit, and the ratio to the baseline. See BENCHMARKS.md.

use std::hint::black_box;
use std::time::{Duration, Instant};

use limpid_ingest::gateways::hj212::frame::{Found, Framer, encode};
use limpid_ingest::gateways::hj212::message::{Message, decode};

const DATA: &str = "QN=20220513162608370;ST=22;CN=2051;PW=123456;MN=JLYP01_AIR01_0001;Flag=4;CP=&&DataTime=20220513162600;\
    a21004-Avg=4,a21004-Flag=N;a05024-Avg=63,a05024-Flag=N;a21026-Avg=6,a21026-Flag=N;a21005-Avg=0.427,a21005-Flag=N;\
    a34004-Avg=14,a34004-Flag=N;a34002-Avg=31,a34002-Flag=N;a01007-Avg=1,a01007-Flag=N;a01008-Avg=11,a01008-Flag=N;\
    a01001-Avg=17,a01001-Flag=N;a01002-Avg=85,a01002-Flag=N;a01006-Avg=95,a01006-Flag=N&&";

/// One run of one figure.
const RUN: Duration = Duration::from_millis(400);

/// Runs of each figure, taken in turn; the median counts.
const RUNS: usize = 5;

fn main() {
    let frame = encode(DATA.as_bytes());
    assert!(frame.starts_with(b"##0411") && frame.ends_with(b"D641\r\n"), "the frame is that of vector 6");
    let (few, many) = (frame.repeat(10), frame.repeat(5000));
    let (mut sticky_few, mut sticky_many, mut framed, mut least) = (vec![], vec![], vec![], vec![]);
    for _ in 0..RUNS {
        least.push(rate(10, || bytes_and_separators(&few)));
        sticky_few.push(rate(10, || decode_all(&few)));
        sticky_many.push(rate(5000, || decode_all(&many)));
        framed.push(rate(10, || frames(&few)));
    }
    let (least, few, many) = (median(least), median(sticky_few), median(sticky_many));
    let figure = |name: &str, value: f64| {
        println!("{name} {value:.0} frames/s ratio {:.2} to bytes+separators {least:.0}", value / least);
    };
    figure("hj212_decode", few);
    figure("hj212_decode_5000_sticky", many);
    figure("hj212_framing", median(framed));
    println!("hj212_sticky_linearity {:.2} 5000-per-read/10-per-read", many / few);
}

/// Frames a second, where `work` does `count` of them.
fn rate(count: u32, mut work: impl FnMut()) -> f64 {
    let (start, mut rounds) = (Instant::now(), 0);
    while start.elapsed() < RUN {
        work();
        rounds += 1;
    }
    f64::from(rounds * count) / start.elapsed().as_secs_f64()
}

fn decode_all(stream: &[u8]) {
    let mut framer = Framer::default();
    framer.push(stream);
    while let Some(Found::Frame(frame)) = framer.find() {
        let (text, _) = decode(frame.data);
        let message = Message::parse(&text).expect("the frame carries a message");
        black_box(message.factors());
    }
    assert_eq!(framer.pending(), 2, "all but the last line end was taken");
}

fn frames(stream: &[u8]) {
    let mut framer = Framer::default();
    framer.push(stream);
    while let Some(found) = framer.find() {
        black_box(found);
    }
}

fn bytes_and_separators(stream: &[u8]) {
    let sum: u32 = stream.iter().map(|byte| u32::from(*byte)).sum();
    let separators = memchr::memchr3_iter(b';', b',', b'=', stream).fold(0, |sum, at| sum ^ at);
    black_box((sum, separators));
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
