//! Each fault that was met in the field, by its number in the protocol notes, under the name by which an operator is
//! told of it; and the settings that change what is taken.

use super::*;
use crate::gateways::hj212::crc;
use crate::gateways::hj212::frame::{Found, Framer};

/// A header and an area that conform.
const TIME: &str = "DataTime=20261125080000";

/// What becomes of bytes from the wire: of each frame and each piece of garbage its work.
pub(super) fn works(session: &Session, bytes: &[u8]) -> Vec<Work> {
    let mut framer = Framer::default();
    framer.push(bytes);
    let mut works = Vec::new();
    loop {
        let found = framer.find_trusting(&|data| session.trust(data));
        works.push(match found {
            Some(Found::Frame(frame)) => session.take(&frame),
            Some(Found::Garbage(garbage)) => session.keep(&garbage),
            None => break,
        });
    }
    if let Some(Found::Garbage(garbage)) = framer.finish() {
        works.push(session.keep(&garbage));
    }
    works
}

/// Everything that is counted for the station A1.
fn named_under(hj212: &str, bytes: &[u8]) -> Vec<&'static str> {
    let mut all = Deviations::default();
    for work in works(&session(hj212), bytes) {
        match &work.upload.station {
            Some(station) => assert_eq!(station.as_str(), "A1"),
            None => assert!(work.deviations.is_empty(), "counted for nobody"),
        }
        all.merge(work.deviations);
    }
    all.iter().map(Deviation::name).collect()
}

fn named(bytes: &[u8]) -> Vec<&'static str> {
    named_under("", bytes)
}

/// A message of A1 as a whole frame.
fn whole(area: &str) -> Vec<u8> {
    encode(air("2011", area).as_bytes())
}

/// A data segment with this check behind it.
fn with_check(data: &str, check: &str) -> Vec<u8> {
    format!("##{:04}{data}{check}\r\n", data.len()).into_bytes()
}

fn good() -> String {
    air("2011", &format!("{TIME};a34004-Rtd=33,a34004-Flag=N"))
}

#[test]
fn what_conforms_has_no_name() {
    let minutes =
        "DataTime=20261125080000;a34004-Min=1,a34004-Avg=2,a34004-Max=9,a34004-Flag=N;a21005-Avg=0.427,a21005-Flag=N";
    for data in
        [good(), air("2051", minutes), air("2061", minutes), air("9015", ""), good().replace("Flag=5", "Flag=9")]
    {
        assert_eq!(named(&encode(data.as_bytes())), [""; 0], "{data}");
    }
}

#[test]
fn faults_of_frames() {
    let data = good();
    let check = format!("{:04X}", crc::hj(data.as_bytes()));
    // 1: a check below 1000 without its zeros.
    let short =
        (0..2000).map(|n| data.replace("=33,", &format!("={n},"))).find(|data| crc::hj(data.as_bytes()) < 0x1000);
    let short = short.unwrap();
    assert_eq!(named(&with_check(&short, &format!("{:X}", crc::hj(short.as_bytes())))), ["crc_short"]);
    // 2: a length that is 6 too large; one that leads nowhere.
    let long = format!("##{:04}{data}{check}\r\n", data.len() + 6);
    assert_eq!(named(long.as_bytes()), ["len_mismatch"]);
    let nowhere = format!("##{:04}{data}zzzz\r\n", data.len() - 20);
    assert_eq!(named(nowhere.as_bytes()), ["len_unusable"]);
    // 3: a length of three digits.
    assert_eq!(named(format!("##{}{data}{check}\r\n", data.len()).as_bytes()), ["len_digits"]);
    // 4 and 25: sticky frames conform, and junk is nobody's.
    assert_eq!(named(&encode(data.as_bytes()).repeat(3)), [""; 0]);
    assert_eq!(named(b"GET / HTTP/1.1\r\n\r\n"), [""; 0]);
    // 5: a wrong check, and the good frame behind it; a frame that another one cuts.
    let wrong = [with_check(&data, "0000"), encode(data.as_bytes())].concat();
    assert_eq!(named(&wrong), ["crc_wrong"]);
    let cut = [&encode(data.as_bytes())[..100], &encode(data.as_bytes())].concat();
    assert_eq!(named(&cut), ["cut"]);
    // 9: a check in lower case.
    let lower = (0..2000).map(|n| data.replace("=33,", &format!("={n},")));
    let lower = lower.map(|data| (format!("{:04x}", crc::hj(data.as_bytes())), data));
    let (check, lower) = lower.into_iter().find(|(check, _)| check.bytes().any(|b| b.is_ascii_lowercase())).unwrap();
    assert_eq!(named(&with_check(&lower, &check)), ["crc_case"]);
    // 10: no CR LF before the next frame.
    let bare = encode(data.as_bytes());
    assert_eq!(named(&[&bare[..bare.len() - 2], &bare[..]].concat()), ["terminator"]);
    // 15: Modbus in either order.
    let modbus = crc::modbus(data.as_bytes());
    assert_eq!(named(&with_check(&data, &format!("{modbus:04X}"))), ["crc_modbus"]);
    assert_eq!(named(&with_check(&data, &format!("{:04X}", modbus.swap_bytes()))), ["crc_modbus_swapped"]);
    // 16: more than 1024 bytes.
    let many: String = (0..60).map(|n| format!(";a340{n:02}-Max={n},a340{n:02}-Min={n}")).collect();
    assert_eq!(named(&whole(&format!("{TIME};a34004-Rtd=33,a34004-Flag=N{many}"))), ["long_data"]);
    // A right check around something else.
    let no_area = good().replace("CP=&&", "CP=");
    assert_eq!(named(&encode(no_area.as_bytes())), ["no_area"]);
}

#[test]
fn faults_of_headers() {
    let replaced = |from: &str, to: &str| {
        let data = good();
        assert!(data.contains(from), "{from}");
        named(&encode(data.replace(from, to).as_bytes()))
    };
    // 6: an MN of 24 characters and Flag=4 conform.
    assert_eq!(replaced("Flag=5", "Flag=4"), [""; 0]);
    assert_eq!(replaced(MN, "JLYP01_AIR01_0001"), ["mn_shape"]);
    // 7: fields behind CP, and in another order.
    let data = good().replace("Flag=5;", "") + "Flag=5";
    assert_eq!(named(&encode(data.as_bytes())), ["trailing_header"]);
    assert_eq!(replaced("ST=22;CN=2011", "CN=2011;ST=22"), ["header_order"]);
    // 12: no QN, no Flag.
    assert_eq!(replaced("QN=20261125093000000;", ""), ["no_qn"]);
    assert_eq!(replaced("Flag=5;", ""), ["no_flag"]);
    assert_eq!(replaced("QN=20261125093000000", "QN=20261325093000000"), ["bad_qn"]);
    assert_eq!(replaced("Flag=5", "Flag=256"), ["no_flag", "bad_flag"]);
    assert_eq!(replaced("Flag=5", "Flag=61"), ["flag_version"]);
    // 14: parts without their bit, the bit without parts.
    assert_eq!(replaced("Flag=5;", "PNO=1;PNUM=2;"), ["header_order", "no_flag", "parts"]);
    assert_eq!(replaced("Flag=5;", "Flag=7;"), ["parts"]);
    assert_eq!(replaced("Flag=5;", "Flag=7;PNUM=2;PNO=1;"), [""; 0]);
    assert_eq!(replaced("ST=22", "ST=101"), ["unknown_st"]);
    assert_eq!(replaced("PW=123456", "PW=BF470F88957588DE902D1A52"), ["pw_length"]);
    assert_eq!(replaced("CN=2011", "CN=4711"), ["unknown_cn"]);
    // 20: a platform's time setting, echoed; 21: an answer is only an answer.
    assert_eq!(replaced("CN=2011", "CN=1012"), ["misdirected"]);
    assert_eq!(replaced("ST=22;CN=2011", "ST=91;CN=9014"), [""; 0]);
}

#[test]
fn faults_of_data() {
    let area = |items: &str| named(&whole(&format!("{TIME};{items}")));
    let time = |text: &str| named(&whole(&format!("{text};a34004-Rtd=33,a34004-Flag=N")));
    // 8: milliseconds; 24: a clock ahead, here by the eight hours that are mistaken for UTC; no time at all.
    assert_eq!(time("DataTime=20261125080000123"), ["milliseconds"]);
    assert_eq!(time("DataTime=20261125170000"), ["clock_ahead"]);
    assert_eq!(time("DataTime=2026-11-25"), ["bad_time"]);
    // 11: empty items, the wrong separator, a typing error.
    assert_eq!(area("a34004-Rtd=33,a34004-Flag=N;"), ["empty_item"]);
    assert_eq!(area("a34004-Rtd=33,a34004-Flag=N,a34002-Rtd=1,a34002-Flag=N"), ["separator"]);
    assert_eq!(area("a34004-Rtd=33;a34004-Flag=N"), ["separator"]);
    assert_eq!(area("a34004-Rtd=33,a34004-Flag=N;LA-td=50,LA-Flag=N"), ["unknown_suffix"]);
    assert_eq!(area("a34004-Rtd=33,a34004-Flag=N;a34002-Rtd"), ["no_value"]);
    // 12: no data flag; one that no edition has.
    assert_eq!(area("a34004-Rtd=33"), ["no_data_flag"]);
    assert_eq!(area("a34004-Rtd=33,a34004-Flag="), ["no_data_flag"]);
    assert_eq!(area("a34004-Rtd=33,a34004-Flag=X"), ["unknown_data_flag"]);
    // 13: twice.
    assert_eq!(area("a34004-Rtd=33,a34004-Rtd=33,a34004-Flag=N"), ["duplicate"]);
    // 17: a negative value is a value.
    assert_eq!(area("a34004-Rtd=-3,a34004-Flag=N"), [""; 0]);
    // 18: nothing, or a word for it; full-width digits; 23: an exponent.
    for text in ["", "--", "NaN", "NULL", "-999"] {
        assert_eq!(area(&format!("a34004-Rtd={text},a34004-Flag=D")), ["missing_value"], "{text}");
    }
    assert_eq!(area("a34004-Rtd=１２,a34004-Flag=N"), ["number_format"]);
    assert_eq!(area("a34004-Rtd=1.25e1,a34004-Flag=N"), ["number_format"]);
    assert_eq!(area("a34004-Rtd=abc,a34004-Flag=N"), ["not_a_number"]);
    // 23: codes are texts: 02 is of 2005, 002 is water's, 2 is nothing.
    assert_eq!(area("02-Rtd=33,02-Flag=N"), ["other_edition"]);
    assert_eq!(area("2-Rtd=33,2-Flag=N"), ["unknown_factor"]);
    assert_eq!(area("a05024-Rtd=33,a05024-Flag=N"), ["unknown_factor"], "practice, and in no table");
    assert_eq!(area("w20122-Rtd=33,w20122-Flag=N"), [""; 0], "printed, if not for an air station");
    // 28: a label within the hour.
    let hour = air("2061", "DataTime=20261125081500;a34004-Avg=33,a34004-Flag=N");
    assert_eq!(named(&encode(hour.as_bytes())), ["unaligned_time"]);
    // 22 and 26: UTF-8 by the byte and a log with separators conform; GBK does not.
    let log = air("3020", "DataTime=20261125080000;PolId=w01018;i11001-Info=//清洗;a,b=c管路//");
    assert_eq!(named(&encode(log.as_bytes())), [""; 0]);
    assert_eq!(named(&encode(&encoding_rs::GBK.encode(&log).0)), ["encoding"]);
}

const OWN: &str = "[[ingest.hj212.station]]\nstation = \"A1\"\n";

#[test]
fn a_check_is_taken_where_it_is_configured_and_counted_all_the_same() {
    let data = good();
    let modbus = crc::modbus(data.as_bytes());
    let frames = [
        with_check(&data, &format!("{modbus:04X}")),
        with_check(&data, &format!("{:04X}", modbus.swap_bytes())),
        with_check(&data, "0000"),
        encode(data.as_bytes()),
    ];
    let names = ["crc_modbus", "crc_modbus_swapped", "crc_wrong"];
    for (crc, taken) in [
        ("hj", [false, false, false, true]),
        ("modbus", [true, false, false, true]),
        ("modbus-swapped", [false, true, false, true]),
        ("off", [true; 4]),
    ] {
        let hj212 = format!("{OWN}crc = {crc:?}\n");
        for (at, frame) in frames.iter().enumerate() {
            let found = works(&session(&hj212), frame);
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].answer.is_some(), taken[at], "{crc} {at}");
            assert_eq!(found[0].upload.body, frame[..frame.len() - 2], "kept as received, taken or not");
            assert_eq!(named_under(&hj212, frame), names.get(at).map_or(vec![], |name| vec![*name]), "{crc} {at}");
            // The setting is of this station only.
            let other = String::from_utf8(frame.clone()).unwrap().replace(MN, "A2MN00000000000000000000");
            assert!(works(&session(&hj212), other.as_bytes())[0].answer.is_none());
        }
    }
    // Even unchecked, a frame has a shape.
    let hj212 = format!("{OWN}crc = \"off\"\n");
    let shapeless = with_check(&data.replace("CP=&&", "CP="), "0000");
    assert!(works(&session(&hj212), &shapeless)[0].answer.is_none());
}

#[test]
fn a_damaged_frame_is_only_its_own_stations() {
    let data = "QN=20261125093000000;ST=22;CN=2011;PW=PASSWORD;MN=A2MN;Flag=5;CP=&&DataTime=20261125080000&&";
    let kept = |password: &str| works(&session(""), &with_check(&data.replace("PASSWORD", password), "0000")).remove(0);
    let own = kept("secret");
    assert_eq!(own.upload.station.unwrap().as_str(), "A2");
    assert!(own.deviations.iter().eq([Deviation::CrcWrong]) && own.answer.is_none());
    let foreign = kept("guess0");
    assert!(foreign.upload.station.is_none() && foreign.deviations.is_empty());
}

#[test]
fn a_station_that_is_held_to_the_standard_is_told_nothing_of_what_departs() {
    let hj212 = format!("{OWN}strict = true\n");
    let strict = session(&hj212);
    let rejected = vec!["rejected not_conforming".to_owned()];
    for data in [good().replace("Flag=N", "Flag=X"), good().replace("33,", "33;"), good().replace("ST=22", "ST=7")] {
        assert_eq!(outcome(&strict, &data), (rejected.clone(), None), "{data}");
        let work = take(&strict, &data);
        let Entry::Refused(refusal) = &work.upload.entries[0] else { panic!("taken") };
        let name = work.deviations.iter().next().unwrap().name();
        assert!(refusal.detail.ends_with(name), "{} names {name}", refusal.detail);
        assert!(outcome(&session(""), &data).1.is_some(), "a lenient station is answered");
    }
    // What conforms, and what is only worth knowing, is taken.
    for data in [good(), good().replace("a34004", "a05024"), good().replace("PW=123456", "PW=1234567")] {
        let (entries, answer) = outcome(&strict, &data);
        assert!(answer.is_some() && entries.iter().all(|entry| !entry.starts_with("rejected")), "{data} {entries:?}");
    }
}

#[test]
fn an_edition_decides_what_a_code_and_a_missing_flag_mean() {
    let day = |suffixes: &str, flag: &str| {
        let data = format!(
            "QN=20261125093000000;ST=23;CN=2031;PW=123456;MN=N1MN;{flag}CP=&&DataTime=20261124000000;{suffixes}&&"
        );
        entries(&data)
    };
    let plain = "Ldn-Data=57;Ld-Data=55;Ln-Data=45";
    let at = "P1D 11-23T16:00:00";
    let words = |ld: &str, ln: &str| {
        vec![format!("ldn {at} 57 unmarked"), format!("{ld} {at} 55 unmarked"), format!("{ln} {at} 45 unmarked")]
    };
    assert_eq!(day(plain, "Flag=5;"), words("ld", "ln"));
    assert_eq!(day(plain, "Flag=1;"), words("ln", "ld"), "HJ/T 212-2005 names them the other way round");
    assert_eq!(day(plain, "Flag=9;"), words("ld", "ln"));
    // What the suffix says holds in every edition.
    let said = "Ldn-Data=57;Ld-DayData=55;Ln-NightData=45";
    assert_eq!([day(said, "Flag=5;"), day(said, "Flag=1;")], [words("ld", "ln"), words("ld", "ln")]);

    let without =
        air("2011", &format!("{TIME};02-Rtd=33,02-Flag=N")).replace("QN=20261125093000000;", "").replace("Flag=5;", "");
    let own = format!("{OWN}edition = \"2005\"\n");
    assert_eq!(named_under("", &encode(without.as_bytes())), ["no_qn", "no_flag"]);
    assert_eq!(named_under(&own, &encode(without.as_bytes())), [""; 0]);
    assert_eq!(named_under(&own, &whole(&format!("{TIME};a21026-Rtd=33,a21026-Flag=N"))), ["other_edition"]);
}

#[test]
fn zone_encoding_and_units_are_the_stations_own() {
    let data = air("2011", "DataTime=20261125000000;a05024-Rtd=0.05,a05024-Flag=N;o31104-Rtd=50");
    let own = format!("{OWN}zone = \"UTC\"\nunits = {{ a05024 = \"mg/m3\" }}\n");
    // The same ozone under two codes, of which one is sent in mg/m3.
    let expected = ["o3 PT0S 11-25T00:00:00 50 N", "o3 PT0S 11-25T00:00:00 50 unmarked"];
    assert_eq!(outcome(&session(&own), &data).0, expected);
    // Mercury is in ug/L by the table of 2017, and in mg/L by that of 2005.
    let mercury = "QN=1;CN=2011;PW=1;MN=W1MN;Flag=5;CP=&&DataTime=20261125080000;w20111-Rtd=0.05,w20111-Flag=N&&";
    assert_eq!(entries(mercury), ["hg PT0S 11-25T00:00:00 0.05 N"]);
    assert_eq!(entries(&mercury.replace("w20111", "020").replace("Flag=5", "Flag=1")), ["hg PT0S 11-25T00:00:00 50 N"]);
    // Units by code are for other kinds of station too.
    let outlet = "QN=1;CN=2011;PW=123456;MN=LD130133000015;Flag=5;CP=&&DataTime=20261125080000;011-Rtd=231000&&";
    let own = "[[ingest.hj212.station]]\nstation = \"O1\"\nunits = { \"011\" = \"ug/L\" }\n";
    assert_eq!(outcome(&session(own), outlet).0, ["cod PT0S 11-25T00:00:00 231 unmarked"]);
    // 你 is C4E3 in GBK, which could be UTF-8 too: of a device that is known to write GBK it is no question.
    let log = air("3020", "DataTime=20261125080000;i11001-Info=//");
    let mut bytes = log.trim_end_matches('&').as_bytes().to_vec();
    bytes.extend(b"\xC4\xA3//&&");
    assert_eq!(named(&encode(&bytes)), [""; 0]);
    assert_eq!(named_under(&format!("{OWN}encoding = \"gb18030\"\n"), &encode(&bytes)), ["encoding"]);
}

#[test]
fn a_retransmission_of_2025_is_taken_like_the_first() {
    let data = good().replace("Flag=5", "Flag=9;RF=1");
    let (entries, answer) = outcome(&session(""), &data);
    assert_eq!(entries, ["pm25 PT0S 11-25T00:00:00 33 N"]);
    assert!(answer.unwrap().contains(";Flag=8;"));
    for (cn, expected) in [("9015", "9013"), ("1001", "9013"), ("1014", "9013"), ("2062", "9014")] {
        let (entries, answer) = outcome(&session(""), &data.replace("CN=2011", &format!("CN={cn}")));
        assert!(entries.is_empty(), "{cn}");
        assert!(answer.unwrap().contains(&format!("CN={expected};")), "{cn}");
    }
}
