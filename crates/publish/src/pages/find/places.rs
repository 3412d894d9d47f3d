//! The names by which a station is looked for: its own in both languages, its id, its area, and its Chinese names as they are
//! spelled in pinyin, in full or by first letters.

use std::collections::BTreeSet;

use limpid_model::StationId;
use limpid_model::pipeline::Stations;
use pinyin::ToPinyinMulti;

/// Letters of a question that are read; names are shorter.
const LONGEST: usize = 64;

/// Every station with its names.
pub struct Places {
    entries: Vec<Entry>,
}

struct Entry {
    id: StationId,
    /// Without spaces, in small letters.
    names: Vec<String>,
    /// How each sign of a Chinese name may be read; a letter is read as itself.
    spelled: Vec<Vec<Vec<String>>>,
}

impl Places {
    /// The names of all stations.
    pub fn new(stations: &Stations) -> Self {
        let entries = stations.iter().map(|station| {
            let names = [station.name.get("zh"), station.name.get("en"), station.id.as_str(), &station.area];
            let spelled = [station.name.get("zh"), &station.area];
            Entry {
                id: station.id.clone(),
                names: names.into_iter().map(plain).filter(|name| !name.is_empty()).collect(),
                spelled: spelled.into_iter().filter(|name| !name.is_ascii()).map(spelling).collect(),
            }
        });
        Self { entries: entries.collect() }
    }

    /// The stations that a question may mean, names that begin with it first, else in the order of the registry.
    pub fn find(&self, question: &str) -> Vec<&StationId> {
        let wanted: String = plain(question).chars().take(LONGEST).collect();
        if wanted.is_empty() {
            return Vec::new();
        }
        let mut found: Vec<(u8, &StationId)> =
            self.entries.iter().filter_map(|entry| Some((entry.rank(&wanted)?, &entry.id))).collect();
        found.sort_by_key(|entry| entry.0);
        found.into_iter().map(|entry| entry.1).collect()
    }
}

impl Entry {
    /// The smaller the better; `None` where nothing fits.
    fn rank(&self, wanted: &str) -> Option<u8> {
        if self.names.iter().any(|name| name.starts_with(wanted)) {
            return Some(0);
        }
        if self.names.iter().any(|name| name.contains(wanted)) {
            return Some(1);
        }
        let from =
            |start: usize| self.spelled.iter().any(|name| name.get(start..).is_some_and(|rest| spells(wanted, rest)));
        let longest = self.spelled.iter().map(Vec::len).max().unwrap_or(0);
        (0..longest).find(|start| from(*start)).map(|start| if start == 0 { 0 } else { 1 })
    }
}

/// Small letters without spaces and marks between words. `ü` is written `v` on keyboards.
fn plain(text: &str) -> String {
    let letters = text.chars().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_lowercase);
    letters.map(|sign| if sign == 'ü' { 'v' } else { sign }).collect()
}

fn spelling(name: &str) -> Vec<Vec<String>> {
    let signs = name.chars().filter(|sign| sign.is_alphanumeric());
    signs
        .map(|sign| match sign.to_pinyin_multi() {
            Some(readings) => {
                let mut readings: Vec<String> = readings.into_iter().map(|one| plain(one.plain())).collect();
                readings.sort_unstable();
                readings.dedup();
                readings
            }
            None => vec![plain(&sign.to_string())],
        })
        .collect()
}

/// Whether `wanted` is how these signs begin, each in full or by its first letter, the last one as far as it is written.
fn spells(wanted: &str, signs: &[Vec<String>]) -> bool {
    // How much of it may be spelled by the signs so far.
    let mut reached = BTreeSet::from([0]);
    for sign in signs {
        let mut next = BTreeSet::new();
        for at in reached {
            let rest = &wanted[at..];
            for reading in sign {
                if reading.starts_with(rest) {
                    return true;
                }
                let first = reading.chars().next().map_or(0, char::len_utf8);
                let parts = [reading.as_str(), &reading[..first]];
                next.extend(
                    parts.iter().filter(|part| !part.is_empty() && rest.starts_with(*part)).map(|part| at + part.len()),
                );
            }
        }
        reached = next;
    }
    reached.contains(&wanted.len())
}

#[cfg(test)]
mod tests {
    use limpid_model::Pipeline;
    use limpid_model::pipeline::Files;

    use super::*;
    use crate::testing::PIPELINE;

    fn found(question: &str) -> Vec<String> {
        let stations = "\
id,kind,name_zh,name_en,lat,lon,area
A1,air,县政府,County Hall,1,1,江口
A2,air,重庆路小学,Chongqing Road School,1,1,江口
W1,water,清溪河断面,Qingxi River section,1,1,绿水
A3,air,APEC 广场,APEC Square,1,1,
";
        let files = Files { pipeline: PIPELINE.into(), stations: stations.into() };
        let places = Places::new(&Pipeline::parse(&files).unwrap().stations);
        places.find(question).into_iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_station_is_found_by_name_pinyin_first_letters_id_and_area() {
        for (question, station) in [
            ("县政府", "A1"),
            ("政府", "A1"),
            ("county h", "A1"),
            ("a1", "A1"),
            ("xianzhengfu", "A1"),
            ("Xian Zheng Fu", "A1"),
            ("xzf", "A1"),
            ("xianzf", "A1"),
            ("zhengf", "A1"),
            ("qxhdm", "W1"),
            ("qingx", "W1"),
            ("lvshui", "W1"),
            ("lüshui", "W1"),
            ("apecgc", "A3"),
        ] {
            assert_eq!(found(question), [station], "{question}");
        }
        assert_eq!(found("jiangkou"), ["A1", "A2"]);
    }

    #[test]
    fn a_sign_of_several_readings_is_found_by_each() {
        assert_eq!(found("chongqing"), ["A2"]);
        assert_eq!(found("zhongqinglu"), ["A2"], "重 is read zhong as well");
    }

    #[test]
    fn what_fits_nothing_finds_nothing() {
        for question in ["", "  ", "xzfx", "zfx", "北京", "%", "<b>"] {
            assert_eq!(found(question), Vec::<String>::new(), "{question}");
        }
        assert_eq!(found(&"x".repeat(100_000)), Vec::<String>::new());
    }

    #[test]
    fn a_long_name_of_letters_is_looked_through_once() {
        let letters = "beijingenvironmentalmonitoringcentre";
        let signs: Vec<Vec<String>> = letters.chars().map(|sign| vec![sign.to_string()]).collect();
        assert!(spells(letters, &signs));
        assert!(!spells(&format!("{letters}x"), &signs));
    }
}
