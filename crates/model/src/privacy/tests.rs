use proptest::prelude::*;

use super::identity::{Shape, shape};
use super::places::WithheldPlace;
use super::*;

fn found(text: &str) -> Vec<(Personal, &str)> {
    scan(text).into_iter().map(|finding| (finding.kind, &text[finding.start..finding.end])).collect()
}

fn kinds(text: &str) -> Vec<Personal> {
    scan(text).into_iter().map(|finding| finding.kind).collect()
}

/// 11010519491231002X and 440524188001010014 are the examples of GB 11643-1999, annex B.
#[test]
fn identity_numbers_have_a_check_sign() {
    assert_eq!(shape(b"11010519491231002X"), Some(Shape::Checked));
    assert_eq!(shape(b"11010519491231002x"), Some(Shape::Checked));
    assert_eq!(shape(b"440524188001010014"), Some(Shape::Checked));
    assert_eq!(shape(b"110105194912310021"), Some(Shape::WrongCheck));
    assert_eq!(shape(b"110105491231002"), Some(Shape::Old));
    assert_eq!(shape(b"110105194913310021"), None, "there is no 13th month");
    assert_eq!(shape(b"110105194902300021"), None, "there is no 30 February");
    assert_eq!(shape(b"100105194912310021"), None, "there is no province 10");
    assert_eq!(shape(b"11010519491231002Y"), None);
    assert_eq!(shape("１１".as_bytes()), None);
}

#[test]
fn identity_numbers_are_found_however_they_are_written() {
    use Personal::IdentityNumber;
    for text in [
        "11010519491231002X",
        "身份证号：11010519491231002x，住址",
        "110105 19491231 002X",
        "110105-1949-1231-002-X",
        "１１０１０５１９４９１２３１００２Ｘ",
        "1 1 0 1 0 5 1 9 4 9 1 2 3 1 0 0 2 X",
        "110105\u{3000}19491231\u{3000}002Ｘ",
        "110105\n19491231002X",
        "1101\u{200b}0519491231002X",
        "id11010519491231002X.",
        "一一〇一〇五一九四九一二三一〇〇二X",
        "（440524188001010014）",
        "身份证110105491231002",
        "身份证号码 110105194912310021",
    ] {
        assert_eq!(kinds(text), [IdentityNumber], "{text}");
        let (masked, _) = mask(text);
        assert!(!masked.contains("1949") && !masked.contains("1231") && !masked.contains('X'), "{masked}");
    }
    assert!(!scan("110105194912310021")[0].sure, "mistyped, and nothing says that it is one");
    assert!(scan("身份证110105194912310021")[0].sure);
}

#[test]
fn telephones_are_found_however_they_are_written() {
    for text in [
        "13800138000",
        "手机138-0013-8000",
        "138 0013 8000",
        "138.0013.8000",
        "１３８００１３８０００",
        "+86 138 0013 8000",
        "0086-13800138000",
        "(+86)13800138000",
        "一三八〇〇一三八〇〇〇",
        "1 3 8 0 0 1 3 8 0 0 0",
        "138\u{a0}0013\u{a0}8000",
        "tel13800138000",
        "0831-2345678",
        "（0831）2345678",
        "(028) 8765 4321",
        "028—87654321",
        "02887654321",
        "电话：8765432",
        "联系电话 8765-4321",
        "+420 601 234 567",
        "+1 (979) 555-0123",
    ] {
        assert_eq!(kinds(text), [Personal::Phone], "{text}");
    }
    assert_eq!(
        found("张三13800138000、李四13900139000"),
        [(Personal::Phone, "13800138000"), (Personal::Phone, "13900139000")]
    );
    assert_eq!(found("2026-11-30 13800138000"), [(Personal::Phone, "13800138000")]);
    assert_eq!(mask("电话13800138000。").0, "电话138***。");
}

/// Test numbers that card networks publish.
#[test]
fn bank_cards_are_found() {
    for text in [
        "4111111111111111",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "５５５５５５５５５５５５４４４４",
        "378282246310005",
        "卡号6200000000000005",
        "6200 0000 0000 0005",
        "3530111333300000",
    ] {
        assert_eq!(kinds(text), [Personal::BankAccount], "{text}");
    }
    assert_eq!(mask("卡号4111111111111111。").0, "卡号***。");
}

#[test]
fn plates_mail_and_labelled_names_are_found() {
    assert_eq!(found("车牌川Q·12345，"), [(Personal::PlateNumber, "川Q·12345")]);
    assert_eq!(found("川QD12345"), [(Personal::PlateNumber, "川QD12345")]);
    assert_eq!(found("川Ｑ１２３４５"), [(Personal::PlateNumber, "川Ｑ１２３４５")]);
    assert_eq!(found("写信到zhang.san@example.com。"), [(Personal::Email, "zhang.san@example.com")]);
    assert_eq!(found("举报人：张三，反映"), [(Personal::PersonalName, "张三")]);
    assert_eq!(found("联系人: 欧阳娜娜"), [(Personal::PersonalName, "欧阳娜娜")]);
    assert_eq!(found("Complainant: Jane Doe, of"), [(Personal::PersonalName, "Jane Doe")]);
    assert_eq!(kinds("申请人：示例县某某化工有限公司"), [], "a firm is not a person");
}

#[test]
fn other_numbers_are_left_alone() {
    for text in [
        "91130200699229617X001P",
        "91130200699229617X",
        "911302307808371268001P",
        "91110000600037341L",
        "11010519491231002",
        "4111111111111112",
        "12369",
        "2026-11-30T08:00:00+08:00",
        "2026-01-01～2026-12-31",
        "104.9180, 28.4521",
        "川环罚〔2026〕138号",
        "010000A8900016F0DEMOA001",
        "排放量 13800.138000 吨",
        "0.13800138000",
        "20261130191127123",
        "COD 50 mg/L, 氨氮 5 mg/L, 总磷 0.5 mg/L",
        "78169183-5-/2022-0412001",
        "TX0119407",
        "110105194912310021号文件之外的18位数 123456789012345678",
    ] {
        let sure: Vec<Finding> = scan(text).into_iter().filter(|finding| finding.sure).collect();
        assert_eq!(sure, [], "{text}");
    }
}

#[test]
fn what_another_field_holds_is_masked_too() {
    let known =
        [(Personal::PersonalName, "张三丰"), (Personal::HomeAddress, "竹海路8号"), (Personal::PersonalName, "李")];
    let (masked, kinds) = mask_known("张三丰（家住竹海路8号）与李某反映，张三丰签字", &known);
    assert_eq!(masked, "张***（家住***）与李某反映，张***签字");
    assert_eq!(kinds, [Personal::PersonalName, Personal::HomeAddress, Personal::PersonalName]);
}

#[test]
fn withheld_places_are_found_by_their_coordinates() {
    let intake = [WithheldPlace { lat: 28.4858, lon: 104.9871, radius_m: 500.0 }];
    for text in [
        "取水口位于 28.4858, 104.9871",
        "104.9871,28.4858",
        "E104.98712 N28.48575",
        "东经104°59′13.6″，北纬28°29′8.9″",
        "北纬28度29分9秒 东经104度59分14秒",
        "lat=28.486 lon=104.987",
    ] {
        assert_eq!(places::scan(text, &intake).len(), 1, "{text}");
    }
    for text in [
        "28.4958, 104.9871",
        "28.4858 mg/L，另一处 0.9871 mg/L",
        "28 104",
        "28.4858；取水许可证号之后很远很远的地方才是104.9871",
    ] {
        assert_eq!(places::scan(text, &intake), [], "{text}");
    }
    // One minute of latitude is a nautical mile, 1852 m (within the roundness of the earth, 0.3 %).
    let mile = WithheldPlace { lat: 0.0, lon: 0.0, radius_m: 1858.0 };
    assert!(mile.holds(1.0 / 60.0, 0.0) && !WithheldPlace { radius_m: 1846.0, ..mile }.holds(1.0 / 60.0, 0.0));
}

/// The weights that GB 11643-1999 prints, instead of the recursion that the code uses.
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

prop_compose! {
    fn identity_number()(
        region in prop::sample::select(vec![110105, 511502, 440524, 650102, 810000]),
        days in 0..40_000_i64, sequence in 1..1000_u32,
    ) -> String {
        let born = chrono::NaiveDate::from_ymd_opt(1900, 1, 1).unwrap() + chrono::TimeDelta::days(days);
        let body = format!("{region}{}{sequence:03}", born.format("%Y%m%d"));
        let sum: u32 = body.chars().zip(WEIGHTS).map(|(sign, weight)| sign.to_digit(10).unwrap() * weight).sum();
        format!("{body}{}", ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'][(sum % 11) as usize])
    }
}

fn wide(text: &str) -> String {
    text.chars().map(|sign| char::from_u32(u32::from(sign) + 0xfee0).unwrap()).collect()
}

proptest! {
    #[test]
    fn any_identity_number_is_found_between_any_words(
        number in identity_number(), wide_digits: bool,
        before in "[张王居民身份证号：（a-z ,，]{0,8}", after in "[。，；）的 \n]{0,4}",
        cuts in prop::collection::btree_set(1_usize..17, 0..4),
        separator in prop::sample::select(vec![" ", "-", "－", "\u{3000}", "·", " - ", "\u{200b}"]),
    ) {
        let mut written = number.clone();
        for cut in cuts.iter().rev() {
            written.insert_str(*cut, separator);
        }
        let written = if wide_digits && cuts.is_empty() { wide(&number) } else { written };
        let text = format!("{before}{written}{after}");
        let found = scan(&text);
        prop_assert!(found.iter().any(|one| {
            one.kind == Personal::IdentityNumber && one.sure && text[one.start..one.end] == written
        }), "{text}: {found:?}");
        let left: String = mask(&text).0.chars().filter(char::is_ascii_digit).collect();
        prop_assert_eq!(left, "");
    }

    #[test]
    fn any_mobile_number_is_found(
        number in "1[3-9][0-9]{9}", prefix in prop::sample::select(vec!["", "+86", "+86 ", "86-", "0086 "]),
        separator in prop::sample::select(vec!["", " ", "-", "－", "\u{3000}", "."]),
        before in "[电话：（手机a-z]{0,6}",
    ) {
        let text = format!("{before}{prefix}{}{separator}{}{separator}{}。", &number[..3], &number[3..7], &number[7..]);
        let (masked, kinds) = mask(&text);
        prop_assert_eq!(kinds, [Personal::Phone], "{}", text);
        prop_assert!(!masked.contains(&number[7..]), "{}", masked);
    }

    #[test]
    fn findings_are_in_order_and_whole_signs(text in "[0-9０-９一二Xx川Q@.:：\\- 　+()（）a张\n]{0,80}") {
        let found = scan(&text);
        for one in &found {
            prop_assert!(one.start < one.end && text.is_char_boundary(one.start) && text.is_char_boundary(one.end));
        }
        prop_assert!(found.windows(2).all(|pair| pair[0].end <= pair[1].start));
        mask(&text);
    }

    #[test]
    fn any_text_can_be_scanned(text in ".{0,200}") {
        scan(&text);
        places::scan(&text, &[WithheldPlace { lat: 28.0, lon: 104.0, radius_m: 1e3 }]);
    }
}

#[test]
fn long_texts_take_time_in_proportion() {
    let digits = "1".repeat(100_000);
    assert_eq!(scan(&digits), []);
    let groups = "1 ".repeat(20_000);
    scan(&groups);
    assert_eq!(places::scan(&"28.45 ".repeat(5_000), &[]), []);
}
