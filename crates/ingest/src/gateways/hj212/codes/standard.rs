//! What the standard's own tables have, whether limpid keeps it or not.

use std::collections::HashMap;
use std::sync::LazyLock;

use limpid_model::pipeline::Edition;
use serde::Deserialize;

use super::rows;

/// Kinds of system, ST: HJ 212-2017 table 5 and HJ/T 212-2005; 91 is that of answers.
const SYSTEMS: [&str; 19] =
    ["21", "22", "23", "24", "25", "26", "27", "31", "32", "33", "34", "35", "36", "37", "38", "39", "41", "51", "52"];

/// ST of answers.
const INTERACTION: &str = "91";

/// Data flags: HJ 212-2017, then what HJ/T 212-2005 has besides: P, and the digits of air stations.
const DATA_FLAGS: [&str; 13] = ["N", "F", "M", "S", "D", "C", "T", "B", "P", "0", "1", "2", "3"];

/// A row of `data/hj212/codes_2005.csv` or `codes_2017.csv`.
#[derive(Debug, Deserialize)]
struct Code {
    code: String,
    #[cfg_attr(not(test), expect(dead_code, reason = "for whoever reads the table; the tests hold it"))]
    medium: String,
    name: String,
    #[cfg_attr(not(test), expect(dead_code, reason = "for whoever reads the table; the tests hold it"))]
    unit: String,
}

type Names = HashMap<String, String>;

static OF_2005: LazyLock<Names> =
    LazyLock::new(|| names("codes_2005.csv", include_str!("../../../../../../data/hj212/codes_2005.csv")));
static OF_2017: LazyLock<Names> =
    LazyLock::new(|| names("codes_2017.csv", include_str!("../../../../../../data/hj212/codes_2017.csv")));

fn names(name: &str, text: &str) -> Names {
    rows::<Code>(name, text).into_iter().map(|row| (row.code, row.name)).collect()
}

/// Whether it is one of the kinds of system.
pub fn is_system(st: &str) -> bool {
    st == INTERACTION || SYSTEMS.contains(&st)
}

/// Whether an edition has the data flag. Those of 2025 were not at hand.
pub fn is_data_flag(flag: &str) -> bool {
    DATA_FLAGS.contains(&flag)
}

/// The name that the standard gives to a factor code, and the edition that has it where it is not `edition`. Codes of
/// processes and site information are numbered by instrument and have no name of their own.
pub fn printed(code: &str, edition: Edition) -> Option<(&'static str, Option<Edition>)> {
    let numbered = matches!(code.as_bytes(), [b'e' | b'g' | b'i', rest @ ..]
        if rest.len() == 5 && rest.iter().all(u8::is_ascii_digit));
    if numbered {
        return Some(("of a process or the site", None));
    }
    let own = if edition == Edition::E2005 { Edition::E2005 } else { Edition::E2017 };
    let other = if own == Edition::E2005 { Edition::E2017 } else { Edition::E2005 };
    let name = |edition| if edition == Edition::E2005 { OF_2005.get(code) } else { OF_2017.get(code) };
    name(own).map(|name| (name.as_str(), None)).or_else(|| name(other).map(|name| (name.as_str(), Some(other))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(edition: Edition) -> Vec<Code> {
        match edition {
            Edition::E2005 => rows("codes_2005.csv", include_str!("../../../../../../data/hj212/codes_2005.csv")),
            _ => rows("codes_2017.csv", include_str!("../../../../../../data/hj212/codes_2017.csv")),
        }
    }

    #[test]
    fn a_code_stands_once_and_under_the_medium_of_its_form() {
        for edition in [Edition::E2005, Edition::E2017] {
            let rows = table(edition);
            assert_eq!(rows.iter().map(|row| &row.code).collect::<std::collections::HashSet<_>>().len(), rows.len());
            for Code { code, medium, name, unit } in rows {
                let expected = match (edition, code.as_bytes()) {
                    (_, [b'L', ..]) => "noise",
                    (Edition::E2017, [b'w', rest @ ..]) if rest.len() == 5 => "water",
                    (Edition::E2017, [b'a', rest @ ..]) if rest.len() == 5 => "air",
                    // Three digits are of water, two of air: that is all that tells 011 from 11.
                    (Edition::E2005, [b'0'..=b'9', _, _] | b"B01") => "water",
                    (Edition::E2005, [b'0'..=b'9', _] | [b'S', _, _] | b"B02") => "air",
                    _ => "none",
                };
                assert_eq!(medium, expected, "{code}");
                assert!(!name.is_empty() && !unit.is_empty(), "{code}");
            }
        }
    }

    #[test]
    fn editions_differ_where_the_standard_says_so() {
        let of = |edition, code: &str| {
            let row = table(edition).into_iter().find(|row| row.code == code).unwrap();
            (row.name, row.unit)
        };
        // HJ212.md §7: water metals in mg/L in 2005, ug/L in 2017; §5: Ld is the night in 2005.
        assert_eq!(of(Edition::E2005, "020"), ("总汞".into(), "mg/L".into()));
        assert_eq!(of(Edition::E2017, "w20111"), ("总汞".into(), "ug/L".into()));
        assert_eq!(of(Edition::E2005, "Ld").0, "夜间等效声级");
        assert_eq!(of(Edition::E2017, "Ld").0, "昼间等效声级");
        assert_eq!(printed("011", Edition::E2005), Some(("化学需氧量", None)));
        assert_eq!(printed("11", Edition::E2005), Some(("氯气", None)));
        assert_eq!(printed("11", Edition::E2017), Some(("氯气", Some(Edition::E2005))));
        assert_eq!(printed("w20122", Edition::E2025), Some(("总铜", None)));
        assert!(printed("e10101", Edition::E2017).is_some() && printed("e1010", Edition::E2017).is_none());
        assert_eq!(printed("a05024", Edition::E2017), None, "ozone is not in annex B");
    }

    #[test]
    fn what_is_kept_as_printed_is_printed() {
        for row in super::super::FACTORS.iter().filter(|row| row.printed()) {
            for edition in row.edition.split(' ') {
                let edition = Edition::ALL.into_iter().find(|one| one.as_str() == edition).unwrap();
                assert!(matches!(printed(&row.code, edition), Some((_, None))), "{} of {edition:?}", row.code);
            }
        }
    }
}
