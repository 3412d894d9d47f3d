use super::*;

/// The first two stand in HJ 608-2017, annex A, and in the coding rules of 2016; the others in tests of public libraries.
#[test]
fn good_credit_codes_raise_no_doubt() {
    for code in
        ["91130200699229617X", "911302307808371268", "91110000600037341L", "91350100M000100Y43", "9144030071526726XG"]
    {
        assert_eq!(credit_code::doubt(code), None, "{code}");
    }
}

/// Lawfully issued in Fujian's early trial.
#[test]
fn issued_codes_that_fail_the_check_are_named_and_no_more() {
    for (code, has, should) in
        [("91350100M0001TGQXM", 'M', '1'), ("91350211M0000XUF46", '6', 'R'), ("91350203M0001FUE2P", 'P', 'J')]
    {
        assert_eq!(credit_code::doubt(code), Some(Doubt::Check { has, should }), "{code}");
    }
    assert_eq!(
        CodeKind::CreditCode.doubts("91130200699229617Y")[0].to_string(),
        "the check sign is 'Y'; the others give 'X'"
    );
    assert!(matches!(credit_code::doubt("9113020069922961IX"), Some(Doubt::Sign { place: 17, sign: 'I', .. })));
    assert_eq!(credit_code::doubt("9113020069922961X"), Some(Doubt::Length { has: 17, should: 18 }));
    assert!(matches!(credit_code::doubt("911302x0699229617X"), Some(Doubt::Sign { place: 7, sign: 'x', .. })));
    assert!(matches!(credit_code::doubt("９1130200699229617X"), Some(Doubt::Sign { place: 1, .. })));
}

#[test]
fn permit_numbers() {
    let doubts = |number: &str| CodeKind::PermitNumber.doubts(number);
    for number in [
        "91130200699229617X001P",
        "91130200699229617X002P",
        "911302307808371268001P",
        "91130200699229617X001V",
        "H9511502000000001a001P",
        "H9511502MA62EXAM9k001P",
    ] {
        assert_eq!(doubts(number), [], "{number}");
    }
    assert_eq!(doubts("91130200699229617X01P"), [Doubt::Length { has: 21, should: 22 }]);
    assert_eq!(doubts("91130200699229617XABCP").len(), 3);
    assert!(matches!(doubts("91130200699229617x001P")[..], [Doubt::Sign { place: 18, sign: 'x', .. }]));
    assert!(matches!(doubts("91130200699229617X001p")[..], [Doubt::Sign { place: 22, sign: 'p', .. }]));
    assert!(matches!(doubts("H9511502000000001i001P")[..], [Doubt::Sign { place: 18, sign: 'i', .. }]));
    assert_eq!(doubts(""), [Doubt::Length { has: 0, should: 22 }]);
}

#[test]
fn codes_within_permits() {
    for code in ["DA001", "DW123", "YS001", "TA001", "TN009", "MF0001"] {
        assert_eq!(CodeKind::PermitItem.doubts(code), [], "{code}");
    }
    for code in ["DA01", "DX001", "da001", "MF001", "DA001 ", "排放口"] {
        assert_eq!(CodeKind::PermitItem.doubts(code).len(), 1, "{code}");
    }
}
