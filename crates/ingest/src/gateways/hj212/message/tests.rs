use super::*;
use crate::gateways::hj212::vectors::RIGHT;

fn parse(text: &str) -> Message<'_> {
    Message::parse(text).unwrap()
}

fn deviations(text: &str) -> Vec<Deviation> {
    let message = parse(text);
    let mut deviations = message.deviations;
    deviations.merge(message.factors().1);
    deviations.iter().collect()
}

fn pairs<'a>(message: &Message<'a>) -> Vec<(&'a str, &'a str)> {
    message.fields.iter().map(|field| (field.name, field.value)).collect()
}

#[test]
fn the_example_of_annex_a() {
    let message = parse(RIGHT[0].data);
    assert_eq!((message.qn, message.st, message.cn), (Some("20160801085857223"), Some("32"), Some("1062")));
    assert_eq!((message.pw, message.mn), (Some("100000"), Some("010000A8900016F000169DC0")));
    assert_eq!((message.flag, message.version(), message.wants_answer()), (Some(5), 4, true));
    assert_eq!(pairs(&message), [("RtdInterval", "30")]);
    assert_eq!(deviations(RIGHT[0].data), []);
}

#[test]
fn the_other_vectors_say_what_they_should() {
    use Deviation::*;
    // 2: the 2025 edition.
    assert_eq!((parse(RIGHT[1].data).version(), parse(RIGHT[1].data).wants_answer()), (8, true));
    // 3: the 2005 edition with a comma between items.
    let message = parse(RIGHT[2].data);
    assert_eq!(pairs(&message), [("BeginTime", "20040506111000"), ("EndTime", "20040506151000")]);
    assert_eq!((message.version(), message.wants_answer()), (0, true));
    // 4: neither QN nor Flag, a time with milliseconds.
    let message = parse(RIGHT[3].data);
    assert_eq!((message.qn, message.flag, message.wants_answer()), (None, None, false));
    assert_eq!(message.field("DataTime"), Some("20160824003817000"));
    let (factors, _) = message.factors();
    let codes: Vec<_> = factors.iter().map(|factor| (factor.code, factor.rtd, factor.mark)).collect();
    assert_eq!(
        codes,
        [("B01", Some("36.91"), None), ("011", Some("231.0"), Some("N")), ("060", Some("1.803"), Some("N"))]
    );
    assert_eq!(deviations(RIGHT[3].data), [NoQn, NoFlag]);
    // 6: eleven factors.
    let (factors, _) = parse(RIGHT[5].data).factors();
    assert_eq!(factors.len(), 11);
    assert_eq!((factors[4].code, factors[4].avg, factors[4].mark), ("a34004", Some("14"), Some("N")));
    // 8: fifteen factors, none flagged.
    let (factors, _) = parse(RIGHT[7].data).factors();
    assert_eq!(factors.len(), 15);
    assert!(factors.iter().all(|factor| factor.mark.is_none()), "no flag is not N");
    // 9: an empty QN.
    let message = parse(RIGHT[8].data);
    assert_eq!((message.qn, message.field("SystemTime")), (Some(""), Some("20250221141134270")));
    assert_eq!(deviations(RIGHT[8].data), [NoQn, NoFlag]);
    // 10: a separator too many and a mistyped suffix, whose value is not guessed.
    assert_eq!(deviations(RIGHT[9].data), [EmptyItem, UnknownSuffix]);
    let (factors, _) = parse(RIGHT[9].data).factors();
    let noise = factors.iter().find(|factor| factor.code == "LA").unwrap();
    assert_eq!((noise.rtd, noise.mark), (None, Some("N")));
    // 12: text.
    assert_eq!(parse(RIGHT[11].data).field("i11001-Info"), Some("//清洗管路//"));
}

#[test]
fn the_same_text_in_gbk_is_read_and_named() {
    // The 148 bytes of which HJ 212 makes E2C1.
    let gbk = encoding_rs::GBK.encode(RIGHT[11].data).0;
    assert_eq!((gbk.len(), super::super::crc::hj(&gbk)), (148, 0xE2C1));
    let (text, deviations) = decode(&gbk);
    assert_eq!(text, RIGHT[11].data);
    assert_eq!(deviations.iter().collect::<Vec<_>>(), [Deviation::Encoding]);
}

#[test]
fn fault_7_header_fields_after_the_data_area() {
    let message = parse("ST=32;CN=2011;PW=123456;MN=A;CP=&&DataTime=20160801085857&&;QN=1;Flag=5");
    assert_eq!((message.qn, message.flag), (Some("1"), Some(5)));
    assert!(message.deviations.iter().eq([Deviation::TrailingHeader]));
}

#[test]
fn fault_6_flags_above_seven_and_long_identities() {
    for (flag, version, answer) in [("4", 4, false), ("9", 8, true), ("255", 252, true), ("0", 0, false)] {
        let text = format!("QN=1;ST=22;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag={flag};CP=&&&&");
        let message = parse(&text);
        assert_eq!((message.version(), message.wants_answer()), (version, answer), "{flag}");
    }
    for flag in ["256", "-1", "x", ""] {
        let text = format!("QN=1;MN=A;Flag={flag};CP=&&&&");
        assert_eq!(deviations(&text), [Deviation::NoFlag, Deviation::BadFlag], "{flag}");
    }
}

#[test]
fn fault_8_times_with_and_without_milliseconds() {
    let at = NaiveDate::from_ymd_opt(2016, 8, 24).unwrap();
    assert_eq!(time("20160824003817"), at.and_hms_opt(0, 38, 17));
    assert_eq!(time("20160824003817042"), at.and_hms_milli_opt(0, 38, 17, 42));
    for text in
        ["", "2016082400381", "201608240038170", "20160230000000", "20160824250000", "2016-08-24 00:38", "２０１６０８"]
    {
        assert_eq!(time(text), None, "{text}");
    }
}

#[test]
fn fault_11_separators_of_either_sort_and_empty_items() {
    let expected = [("a34004-Rtd", "33"), ("a34004-Flag", "N"), ("a21026-Rtd", "6")];
    for area in ["a34004-Rtd=33,a34004-Flag=N;a21026-Rtd=6", "a34004-Rtd=33;a34004-Flag=N,a21026-Rtd=6"] {
        assert_eq!(pairs(&parse(&format!("Flag=5;CP=&&{area}&&"))), expected);
    }
    let text = "QN=1;Flag=5;CP=&& a34004-Rtd = 33,,a34004-Flag=N; ;a21026-Rtd=6;&&";
    assert_eq!(pairs(&parse(text)), expected);
    assert_eq!(deviations(text), [Deviation::EmptyItem]);
    assert_eq!(deviations("QN=1;Flag=5;CP=&&a34004&&"), [Deviation::NoValue]);
    assert_eq!(deviations("QN=1;Flag=5;CP=&&&&"), []);
}

#[test]
fn fault_13_the_first_of_two_is_kept_and_a_difference_is_known() {
    let message = parse("QN=1;Flag=5;CP=&&a-Rtd=1,a-Flag=N;b-Rtd=2;a-Rtd=1;b-Rtd=3&&");
    let (factors, deviations) = message.factors();
    assert_eq!((factors[0].rtd, factors[0].conflict), (Some("1"), false), "said twice, the same");
    assert_eq!((factors[1].rtd, factors[1].conflict), (Some("2"), true));
    assert!(deviations.iter().eq([Deviation::Duplicate]));
}

#[test]
fn fault_14_parts_without_flag_and_in_reverse_order() {
    let message = parse("QN=1;ST=22;CN=2051;PW=1;MN=A;PNO=0001;PNUM=0002;CP=&&DataTime=20160801085857&&");
    assert_eq!((message.pnum, message.pno), (Some("0002"), Some("0001")));
}

#[test]
fn fault_18_an_empty_value_is_there_and_empty() {
    let message = parse("QN=1;Flag=5;CP=&&w01018-Avg=,w01018-Cou=,w01018-Flag=D&&");
    let (factors, _) = message.factors();
    assert_eq!((factors[0].avg, factors[0].mark), (Some(""), Some("D")));
}

#[test]
fn fault_23_codes_are_texts() {
    let message = parse("QN=1;Flag=5;CP=&&011-Rtd=1;11-Rtd=2;002-Rtd=3;02-Rtd=4&&");
    let codes: Vec<_> = message.factors().0.iter().map(|factor| factor.code).collect();
    assert_eq!(codes, ["011", "11", "002", "02"]);
}

#[test]
fn fault_26_log_text_keeps_its_separators() {
    let text =
        "QN=1;Flag=5;CP=&&DataTime=20160801085857;i11001-Info=//a;b,c=d&&e//,PolId=w01018;i1-Info=//x////y;z//&&";
    let expected = [
        ("DataTime", "20160801085857"),
        ("i11001-Info", "//a;b,c=d&&e//"),
        ("PolId", "w01018"),
        ("i1-Info", "//x////y;z//"),
    ];
    assert_eq!(pairs(&parse(text)), expected);
    // A text that is never closed ends at the next separator.
    assert_eq!(pairs(&parse("Flag=5;CP=&&a-Info=//x;b=1&&")), [("a-Info", "//x"), ("b", "1")]);
}

#[test]
fn hundreds_of_factors_are_grouped_wherever_their_values_stand() {
    let values: String = (0..300).map(|n| format!("a{n}-Rtd={n};")).collect();
    let marks: String = (0..300).rev().map(|n| format!("a{n}-Flag=M{n};")).collect();
    let text = format!("QN=1;Flag=5;CP=&&{values}{marks}&&");
    let (factors, _) = parse(&text).factors();
    assert_eq!(factors.len(), 300);
    for (n, factor) in factors.iter().enumerate() {
        let (code, value, mark) = (format!("a{n}"), n.to_string(), format!("M{n}"));
        assert_eq!((factor.code, factor.rtd, factor.mark), (&*code, Some(&*value), Some(&*mark)));
    }
}

#[test]
fn errata_of_the_standard_are_readable() {
    // C.48 comma after QN, C.19 no separator before CP, C.9 a double hyphen, "&& &&".
    let message = parse("QN=20160801085857223,ST=32;CN=9014;Flag=5CP=&& &&");
    assert_eq!((message.qn, message.st, message.cn), (Some("20160801085857223"), Some("32"), Some("9014")));
    assert_eq!(parse("QN=1;Flag=5;CP=&&w01018--Avg=7&&").factors().0[0].code, "w01018");
    assert_eq!(parse("Flag=5;CP=&& LA-Rtd=50.1&&").factors().0[0].code, "LA");
}

#[test]
fn what_has_no_data_area_is_no_message() {
    for text in ["", "QN=1", "CP=", "CP=&&", "CP=&&a=1", "CP=&a&&"] {
        assert_eq!(Message::parse(text), None, "{text}");
    }
}

#[test]
fn the_answer_of_the_project_vector() {
    // Vector 11 answers a message of annex A's station.
    let asked = "QN=20160801085857223;ST=32;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&DataTime=1&&";
    assert_eq!(answer(&parse(asked), "9014"), RIGHT[10].data);
    assert!(!parse(&answer(&parse(asked), "9014")).wants_answer());
    // 2025 keeps its version, 2005 has none.
    assert!(answer(&parse(&asked.replace("Flag=5", "Flag=9")), "9013").contains("CN=9013;PW=123456;"));
    assert!(answer(&parse(&asked.replace("Flag=5", "Flag=9")), "9014").contains(";Flag=8;"));
    assert!(answer(&parse(&asked.replace("Flag=5", "Flag=3")), "9014").contains(";Flag=0;"));
}

#[test]
fn a_2005_sender_finds_its_qn_where_it_put_it() {
    let asked =
        "ST=32;CN=2051;PW=123456;MN=88888880000001;Flag=1;PNUM=0002;PNO=0001;CP=&&QN=20040516010101001;011-Avg=1&&";
    assert_eq!(
        answer(&parse(asked), "9014"),
        "ST=91;CN=9014;PW=123456;MN=88888880000001;Flag=0;CP=&&QN=20040516010101001;CN=2051;PNUM=0002;PNO=0001&&"
    );
}

#[test]
fn uploads_are_written_as_vector_6_is() {
    let upload = Upload {
        qn: "20220513162608370",
        st: "22",
        cn: "2051",
        pw: "123456",
        mn: "JLYP01_AIR01_0001",
        time: time("20220513162600").unwrap(),
        suffix: "Avg",
        values: &[("a21004", Some(4.0), "N"), ("a21005", Some(0.427), "N"), ("a34004", None, "D")],
    };
    assert_eq!(
        upload.data(),
        "QN=20220513162608370;ST=22;CN=2051;PW=123456;MN=JLYP01_AIR01_0001;Flag=5;CP=&&DataTime=20220513162600;\
         a21004-Avg=4,a21004-Flag=N;a21005-Avg=0.427,a21005-Flag=N;a34004-Avg=,a34004-Flag=D&&"
    );
}

proptest::proptest! {
    #[test]
    fn no_text_is_too_odd(text in ".{0,200}", area in "[-a-zA-Z0-9=;,/&\u{4e00}-\u{4e10} ]{0,200}") {
        let _ = Message::parse(&text);
        let whole = format!("QN=1;MN=A;CP=&&{area}&&{text}");
        let message = Message::parse(&whole).unwrap();
        let (factors, _) = message.factors();
        proptest::prop_assert!(factors.len() <= message.fields.len());
        for field in &message.fields {
            proptest::prop_assert!(whole.contains(field.value) && whole.contains(field.name));
        }
    }
}
