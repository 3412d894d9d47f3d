//! Identity numbers of Chinese citizens, GB 11643-1999: a region, a date of birth, a sequence and, since 1999, a check sign
//! after ISO 7064 MOD 11-2.

use chrono::NaiveDate;

/// First two digits of regions (GB/T 2260), with 91 for foreigners who live in China for good.
const PROVINCES: [u8; 36] = [
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61, 62, 63,
    64, 65, 71, 81, 82, 83, 91,
];

/// What a sequence of signs is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Region and date are possible and the check sign fits.
    Checked,
    /// Region and date are possible, and the check sign does not fit: mistyped, or another number.
    WrongCheck,
    /// Fifteen digits, as issued before 1999, with a possible region and date.
    Old,
}

/// Looks at 15 or 18 signs, digits but for a last `X`; `None` where they are no identity number.
pub fn shape(signs: &[u8]) -> Option<Shape> {
    let (body, check) = match signs.len() {
        18 => (signs.get(..17)?, signs.last()),
        15 => (signs, None),
        _ => return None,
    };
    let digits: Vec<u32> = body.iter().map(|sign| (*sign as char).to_digit(10)).collect::<Option<_>>()?;
    let number =
        |from: usize, to: usize| digits.get(from..to).map(|part| part.iter().fold(0, |all, one| all * 10 + one));
    let province = u8::try_from(number(0, 2)?).ok()?;
    let year = if check.is_some() { number(6, 10)? } else { 1900 + number(6, 8)? };
    let date = if check.is_some() { 10 } else { 8 };
    let born = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, number(date, date + 2)?, number(date + 2, date + 4)?);
    if !PROVINCES.contains(&province) || born.is_none() || !(1880..2100).contains(&year) {
        return None;
    }
    let Some(check) = check else {
        return Some(Shape::Old);
    };
    match check.to_ascii_uppercase() == check_sign(&digits) {
        true => Some(Shape::Checked),
        false => (check.is_ascii_digit() || check.eq_ignore_ascii_case(&b'x')).then_some(Shape::WrongCheck),
    }
}

/// ISO 7064 MOD 11-2 over 17 digits: weights are powers of two, the sum with the check is 1 modulo 11.
fn check_sign(digits: &[u32]) -> u8 {
    let sum = digits.iter().fold(0, |sum, digit| (sum + digit) * 2 % 11);
    match (12 - sum) % 11 {
        10 => b'X',
        digit => b'0' + digit as u8,
    }
}

/// Whether digits end with the check digit of ISO/IEC 7812-1, annex B.
pub(super) fn luhn(digits: &[u8]) -> bool {
    let doubled = |digit: u32| digit * 2 / 10 + digit * 2 % 10;
    let values = digits.iter().rev().map(|digit| u32::from(digit - b'0'));
    let sum: u32 = values.enumerate().map(|(place, digit)| if place % 2 == 0 { digit } else { doubled(digit) }).sum();
    sum.is_multiple_of(10)
}
