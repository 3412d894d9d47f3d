use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::gateways::hj212::deviation::Deviation;
use crate::gateways::hj212::vectors::{RIGHT, Vector};

/// What was found, owned.
#[derive(Debug, Clone, PartialEq)]
enum Got {
    Frame(String, Deviations),
    Garbage(Vec<u8>, Damage),
}

fn drain(framer: &mut Framer, got: &mut Vec<Got>) {
    while let Some(found) = framer.find() {
        got.push(match found {
            Found::Frame(frame) => Got::Frame(String::from_utf8_lossy(frame.data).into_owned(), frame.deviations),
            Found::Garbage(garbage) => Got::Garbage(garbage.bytes.to_vec(), garbage.damage),
        });
    }
}

/// All that is found when the pieces come one after the other, the end included.
fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Got> {
    let mut framer = Framer::default();
    let mut got = Vec::new();
    for piece in pieces {
        framer.push(piece);
        drain(&mut framer, &mut got);
    }
    if let Some(Found::Garbage(garbage)) = framer.finish() {
        got.push(Got::Garbage(garbage.bytes.to_vec(), garbage.damage));
    }
    got
}

fn all(bytes: &[u8]) -> Vec<Got> {
    read([bytes])
}

fn frames(got: &[Got]) -> Vec<(&str, Vec<Deviation>)> {
    got.iter()
        .filter_map(|got| match got {
            Got::Frame(data, deviations) => Some((data.as_str(), deviations.iter().collect())),
            Got::Garbage(..) => None,
        })
        .collect()
}

fn damages(got: &[Got]) -> Vec<Damage> {
    got.iter()
        .filter_map(|got| match got {
            Got::Garbage(_, damage) => Some(*damage),
            Got::Frame(..) => None,
        })
        .collect()
}

/// Annex A's own example, the good frame of most tests.
const GOOD: &str =
    "QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&";

fn good() -> Vec<u8> {
    format!("##0101{GOOD}1C80\r\n").into_bytes()
}

#[test]
fn every_vector_is_taken_and_its_oddities_are_named() {
    use Deviation::*;
    for vector in &RIGHT {
        let mut bytes = vector.frame();
        bytes.extend(b"\r\n");
        let expected: &[Deviation] = match (vector.len, vector.check) {
            ("81", _) => &[LenDigits],
            ("453", "c0c1") => &[CrcCase, LenDigits],
            _ => &[],
        };
        assert_eq!(frames(&all(&bytes)), [(vector.data, expected.to_vec())], "{}", vector.source);
    }
}

#[test]
fn what_we_write_is_what_the_standard_prints() {
    assert_eq!(encode(GOOD.as_bytes()), good());
    for vector in RIGHT.iter().filter(|vector| vector.len.len() == 4) {
        let written = encode(vector.data.as_bytes());
        assert_eq!(written, [vector.frame(), b"\r\n".to_vec()].concat(), "{}", vector.source);
    }
}

#[test]
fn one_byte_at_a_time_and_cut_at_every_place_it_is_the_same() {
    for vector in &RIGHT {
        let bytes = [vector.frame(), b"\r\n".to_vec(), good()].concat();
        let whole = all(&bytes);
        assert_eq!(frames(&whole).len(), 2, "{}", vector.source);
        assert_eq!(read(bytes.chunks(1)), whole, "{}", vector.source);
        for cut in 0..=bytes.len() {
            assert_eq!(read([&bytes[..cut], &bytes[cut..]]), whole, "{} cut at {cut}", vector.source);
        }
    }
}

#[test]
fn a_frame_is_handed_out_without_waiting_for_its_line_end() {
    let mut framer = Framer::default();
    framer.push(&good()[..good().len() - 2]);
    assert!(matches!(framer.find(), Some(Found::Frame(_))));
    framer.push(b"\r\n");
    assert!(framer.find().is_none());
    assert!(framer.finish().is_none(), "the line end is no garbage");
}

#[test]
fn fault_1_a_check_without_its_leading_zeros() {
    // Vector 5's check is 0140; a device that prints numbers prints 140.
    let data = RIGHT[4].data;
    for end in ["\r\n", "\n", "\r"] {
        let got = all(format!("##0077{data}140{end}").as_bytes());
        assert_eq!(frames(&got), [(data, vec![Deviation::CrcShort])], "{end:?}");
    }
    // Without a line end nobody knows that no fourth digit follows.
    assert_eq!(damages(&all(format!("##0077{data}140").as_bytes())), [Damage::Cut]);
    assert_eq!(damages(&all(format!("##0077{data}141\r\n").as_bytes())), [Damage::Check]);
}

#[test]
fn fault_2_a_wrong_length_is_mended_by_the_frames_end() {
    for len in ["0215", "0095", "0107", "0000", "9999", "0100", "0102"] {
        let bytes = format!("##{len}{GOOD}1C80\r\n");
        let twice = format!("{bytes}{bytes}");
        let expected = (GOOD, vec![Deviation::LenMismatch]);
        assert_eq!(frames(&all(twice.as_bytes())), [expected.clone(), expected], "{len}");
        let wrong_too = format!("##{len}{GOOD}1C81\r\n");
        let got = all(&[wrong_too.as_bytes(), &good()].concat());
        assert_eq!(frames(&got), [(GOOD, vec![])], "{len}");
        assert_eq!(damages(&got), [Damage::Check], "{len}");
    }
}

#[test]
fn fault_3_a_length_of_two_or_three_digits() {
    let data = RIGHT[8].data;
    assert_eq!(frames(&all(format!("##81{data}4C80\r\n").as_bytes())), [(data, vec![Deviation::LenDigits])]);
    assert_eq!(frames(&all(format!("##081{data}4C80\r\n").as_bytes())), [(data, vec![Deviation::LenDigits])]);
    for odd in ["##8", "##", "##00081"] {
        assert!(frames(&all(format!("{odd}{data}4C80\r\n").as_bytes())).is_empty(), "{odd}");
    }
}

#[test]
fn fault_4_frames_that_stick_together() {
    let bytes: Vec<u8> = RIGHT.iter().flat_map(Vector::frame).collect();
    let got = all(&bytes);
    assert_eq!(frames(&got).iter().map(|(data, _)| *data).collect::<Vec<_>>(), RIGHT.map(|vector| vector.data));
    assert!(damages(&got).is_empty());
}

#[test]
fn fault_5_a_damaged_frame_takes_no_other_with_it() {
    let damaged = format!("##0101{GOOD}1C81\r\n").into_bytes();
    let got = all(&[good(), damaged.clone(), good(), damaged.clone(), damaged.clone(), good()].concat());
    assert_eq!(frames(&got).len(), 3);
    assert_eq!(damages(&got), [Damage::Check; 3]);
    // Its bytes are given back.
    assert!(got.contains(&Got::Garbage(damaged[..damaged.len() - 2].to_vec(), Damage::Check)));
}

#[test]
fn fault_5_any_byte_lost_or_changed_costs_one_frame_only() {
    let clean = [good(), good(), good()].concat();
    let third = good().len();
    for at in third..2 * third {
        let mut lost = clean.clone();
        lost.remove(at);
        let taken = frames(&all(&lost)).len();
        assert!(taken >= 2, "byte {at} lost: {taken}");
        for byte in [b'#', b'&', b'\r', 0xff, b'9'] {
            let mut changed = clean.clone();
            changed[at] = byte;
            let taken = frames(&all(&changed)).len();
            assert!(taken >= 2, "byte {at} as {byte}: {taken}");
        }
    }
}

#[test]
fn fault_9_a_check_in_lower_case() {
    let got = all(format!("##0101{GOOD}1c80\r\n").as_bytes());
    assert_eq!(frames(&got), [(GOOD, vec![Deviation::CrcCase])]);
}

#[test]
fn fault_10_line_ends_of_every_sort() {
    for end in ["", "\n", "\r", "\r\r\n", "\r\n\r\n", " \r\n", "\0", "\n\n\n"] {
        let bytes = [format!("##0101{GOOD}1C80{end}").into_bytes(), good()].concat();
        let got = all(&bytes);
        assert_eq!(frames(&got), [(GOOD, vec![]), (GOOD, vec![Deviation::Terminator])], "{end:?}");
        assert!(damages(&got).is_empty(), "{end:?}");
    }
}

#[test]
fn fault_15_modbus_checks_are_named_and_not_taken() {
    // From the project's vectors: Modbus over annex A's example is 0759.
    for (check, damage) in
        [("0759", Damage::CheckModbus), ("5907", Damage::CheckModbusSwapped), ("0758", Damage::Check)]
    {
        let got = all(&[format!("##0101{GOOD}{check}\r\n").as_bytes(), &good()].concat());
        assert_eq!(damages(&got), [damage], "{check}");
        assert_eq!(frames(&got).len(), 1, "{check}");
    }
}

#[test]
fn fault_15_the_wrong_check_of_a_readme() {
    // xiaoyao9184's README prints 4980 where 3C00 is right.
    let data = "ST=32;CN=2011;PW=123456;MN=LD130133000015;CP=&&DataTime=20160824003817;B01-Rtd=36.91;\
                011-Rtd=231.0,011-Flag=N;060-Rtd=1.803,060-Flag=N&&";
    assert_eq!(damages(&all(format!("##0136{data}4980\r\n").as_bytes())), [Damage::Check]);
    assert_eq!(frames(&all(format!("##0136{data}3C00\r\n").as_bytes())), [(data, vec![])]);
}

#[test]
fn fault_16_more_than_1024_bytes() {
    for len in [1025, 1623, 9999] {
        let text = format!("ST=31;CN=2051;CP=&&a={}&&", "7".repeat(len - 23));
        assert_eq!(text.len(), len);
        let got = all(&encode(text.as_bytes()));
        assert_eq!(frames(&got), [(text.as_str(), vec![Deviation::LongData])], "{len}");
    }
}

#[test]
fn fault_22_length_and_check_count_bytes_not_letters() {
    // Vector 12: 144 letters, 152 bytes as UTF-8. Counted in letters its LEN is wrong, and the frame's end mends it.
    let data = RIGHT[11].data;
    assert_eq!((data.chars().count(), data.len()), (144, 152));
    assert_eq!(frames(&all(format!("##0152{data}9481\r\n").as_bytes())), [(data, vec![])]);
    let counted_in_letters = all(format!("##0144{data}9481\r\n").as_bytes());
    assert_eq!(frames(&counted_in_letters), [(data, vec![Deviation::LenMismatch])]);
    // The same text as GBK has 148 bytes and another check.
    let gbk = encoding_rs::GBK.encode(data).0;
    let got = all(&[b"##0148".as_slice(), &gbk, b"E2C1\r\n"].concat());
    assert_eq!((frames(&got).len(), damages(&got).len()), (1, 0));
}

#[test]
fn fault_25_junk_is_handed_out_in_bounded_pieces() {
    let mut framer = Framer::default();
    for _ in 0..1000 {
        framer.push(&[b'x'; 100]);
        while let Some(found) = framer.find() {
            assert!(matches!(found, Found::Garbage(Garbage { bytes, damage: Damage::Noise }) if bytes.len() < 2048));
        }
        assert!(framer.pending() < 2048, "{}", framer.pending());
    }
    framer.push(&good());
    let mut got = Vec::new();
    drain(&mut framer, &mut got);
    assert_eq!(frames(&got).len(), 1);
}

#[test]
fn endless_line_ends_are_neither_kept_nor_garbage() {
    let mut framer = Framer::default();
    for _ in 0..1000 {
        framer.push(b"\r\n\0 \r\n\r\n");
        assert!(framer.find().is_none());
        assert!(framer.pending() < 2048);
    }
}

#[test]
fn a_length_that_never_comes_true_holds_no_more_than_one_data_segment() {
    let mut framer = Framer::default();
    framer.push(b"##9999QN=1;");
    let mut handed_out = 0;
    for _ in 0..100 {
        framer.push(&[b'7'; 1000]);
        while let Some(found) = framer.find() {
            let Found::Garbage(garbage) = found else { panic!("no frame was sent") };
            handed_out += garbage.bytes.len();
        }
        assert!(framer.pending() <= MAX_DATA + 1100, "{}", framer.pending());
    }
    assert!(handed_out > 80_000);
}

#[test]
fn a_good_frame_behind_a_long_claim_is_taken_at_once() {
    for claim in
        ["##9999junk", "##9999QN=1;ST=22", "##0500QN=20160801085857223;ST=32;CN=2011;CP=&&a34004-Rt", "##0099QN="]
    {
        let mut framer = Framer::default();
        framer.push(claim.as_bytes());
        framer.push(&good());
        let mut got = Vec::new();
        drain(&mut framer, &mut got);
        assert_eq!(frames(&got), [(GOOD, vec![])], "{claim}");
    }
}

#[test]
fn a_right_check_around_something_else_is_no_frame() {
    for data in ["QN=1;ST=22;CN=2011", "QN=1;CP=&&", "QN=1;CP=&&a=1", "QN=1;CP=a&&&&"] {
        let got = all(&[encode(data.as_bytes()), good()].concat());
        assert_eq!(damages(&got), [Damage::Shape], "{data}");
        assert_eq!(frames(&got).len(), 1, "{data}");
    }
}

#[test]
fn double_crosses_in_a_log_text_are_text() {
    let data = "ST=32;CN=3020;CP=&&i11001-Info=//pump ##1, ## 12QN=, ###//&&";
    assert_eq!(frames(&all(&encode(data.as_bytes()))), [(data, vec![])]);
}

#[test]
fn the_head_of_the_next_frame_may_come_in_two_reads() {
    let bytes = [b"#".as_slice(), &good(), b"junk#", &good()].concat();
    for cut in 0..bytes.len() {
        assert_eq!(frames(&read([&bytes[..cut], &bytes[cut..]])).len(), 2, "cut at {cut}");
    }
}

#[test]
fn the_log_of_a_real_receiver() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/hj212-log/rx_debug.log");
    let Ok(log) = std::fs::read(path) else {
        println!("skipped: {path} is not here");
        return;
    };
    // SOURCE.md: of 50 closed packets all have the right length, 29 the right check, 21 that of Modbus swapped.
    let got = read(log.chunks(1460));
    let swapped = damages(&got).iter().filter(|damage| **damage == Damage::CheckModbusSwapped).count();
    assert_eq!((frames(&got).len(), swapped), (29, 21));
    assert!(damages(&got).iter().all(|damage| matches!(damage, Damage::CheckModbusSwapped | Damage::Noise)));
    assert_eq!(frames(&got).iter().filter(|(data, _)| data.len() == 872).count(), 11);
}

/// Pieces of an unfriendly stream.
fn garbage() -> impl Strategy<Value = Vec<u8>> {
    let fragments = vec![
        b"#".to_vec(),
        b"##".to_vec(),
        b"##9999".to_vec(),
        b"##9999QN=".to_vec(),
        b"##0101QN".to_vec(),
        b"##12".to_vec(),
        b"&&1C80\r\n".to_vec(),
        b"&&0000\r\n".to_vec(),
        b"CP=&&&&".to_vec(),
        b"\r\n".to_vec(),
        format!("##0101{GOOD}1C8").into_bytes(),
        format!("##0101{GOOD}1C81").into_bytes(),
        format!("##0050{GOOD}1C81\r\n").into_bytes(),
        format!("##0999{GOOD}").into_bytes(),
    ];
    let piece = prop_oneof![
        3 => proptest::sample::select(fragments),
        2 => vec(any::<u8>(), 0..40),
        1 => vec(proptest::sample::select(b"#0189QN=&\r\nAF".to_vec()), 0..60),
    ];
    vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// A data segment that a device might send.
fn segment() -> impl Strategy<Value = String> {
    ("(QN=[0-9]{17};)?ST=[0-9]{2};CN=20[1-6]1;MN=[A-Z0-9]{7,24}", "[-a-z0-9A-Z=;,./ \u{4e00}-\u{4eff}]{0,400}")
        .prop_map(|(head, text)| format!("{head};CP=&&{text}&&"))
}

fn without_blanks(bytes: impl IntoIterator<Item = u8>) -> Vec<u8> {
    bytes.into_iter().filter(|b| !matches!(b, b'\r' | b'\n' | b' ' | 0)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn after_any_garbage_a_good_frame_is_taken(before in garbage(), data in segment(), after in garbage()) {
        let frame = encode(data.as_bytes());
        let mut framer = Framer::default();
        let mut got = Vec::new();
        framer.push(&before);
        drain(&mut framer, &mut got);
        framer.push(&frame);
        drain(&mut framer, &mut got);
        let taken = got.last().cloned();
        prop_assert!(matches!(&taken, Some(Got::Frame(text, _)) if *text == data), "{taken:?}");
        framer.push(&after);
        framer.push(&frame);
        drain(&mut framer, &mut got);
        let taken = got.last().cloned();
        prop_assert!(matches!(&taken, Some(Got::Frame(text, _)) if *text == data), "{taken:?}");
    }

    #[test]
    fn cuts_change_nothing_and_no_byte_is_lost(
        pieces in vec(prop_oneof![garbage(), segment().prop_map(|data| encode(data.as_bytes()))], 1..8),
        cuts in vec(1usize..97, 1..50),
    ) {
        let stream = pieces.concat();
        let mut rest = stream.as_slice();
        let mut parts = Vec::new();
        for cut in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (part, behind) = rest.split_at((*cut).min(rest.len()));
            parts.push(part);
            rest = behind;
        }
        let whole = all(&stream);
        let cut = read(parts.iter().copied());
        prop_assert_eq!(frames(&cut), frames(&whole));
        let mut framer = Framer::default();
        let mut seen = Vec::new();
        for part in parts {
            framer.push(part);
            while let Some(found) = framer.find() {
                match found {
                    Found::Frame(frame) => seen.extend_from_slice(frame.raw),
                    Found::Garbage(garbage) => seen.extend_from_slice(garbage.bytes),
                }
            }
        }
        if let Some(Found::Garbage(garbage)) = framer.finish() {
            seen.extend_from_slice(garbage.bytes);
        }
        prop_assert_eq!(without_blanks(seen), without_blanks(stream));
    }
}

#[test]
fn twenty_thousand_frames_are_taken_in_order() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let segments: Vec<String> = (0..20_000).map(|_| segment().new_tree(&mut runner).unwrap().current()).collect();
    let stream: Vec<u8> = segments.iter().flat_map(|data| encode(data.as_bytes())).collect();
    let got = read(stream.chunks(16 * 1024));
    assert!(damages(&got).is_empty());
    let taken: Vec<&str> = frames(&got).into_iter().map(|(data, _)| data).collect();
    assert_eq!(taken, segments);
}
