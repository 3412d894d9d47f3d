//! `[noise]`: when a city's nights are, and how many hours a level needs.

use chrono::{NaiveDate, NaiveTime, Timelike};

use super::fields::{Fields, Source};

/// `[noise]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noise {
    /// From which dates on nights start at another time than 22:00, by date. A night is eight hours.
    pub nights: Vec<(NaiveDate, NaiveTime)>,
    /// When day, evening and night of Lden start. Default 07:00, 19:00 and 23:00.
    pub lden: [NaiveTime; 3],
    /// Valid hours that the level of a day of 16 needs. Default 12.
    pub day_hours: u32,
    /// Valid hours that the level of a night of 8 needs. Default 6.
    pub night_hours: u32,
}

impl Default for Noise {
    fn default() -> Self {
        Self { nights: Vec::new(), lden: [hour(7), hour(19), hour(23)], day_hours: 12, night_hours: 6 }
    }
}

impl Noise {
    /// When the night that is filed under `date` starts on it: 22:00 unless the city has moved it (law on noise of 2021,
    /// article 88).
    pub fn night_start(&self, date: NaiveDate) -> NaiveTime {
        let moved = self.nights.iter().rfind(|night| night.0 <= date);
        moved.map_or(hour(22), |night| night.1)
    }
}

/// A whole hour of the day.
fn hour(hour: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour % 24, 0, 0).expect("a whole hour below 24 is a time of day")
}

/// Reads the table.
pub(super) fn read(mut fields: Fields<'_>, source: &mut Source<'_>) -> Noise {
    let default = Noise::default();
    let mut nights = Vec::new();
    for mut night in fields.tables(source, "night") {
        let offset = night.offset("from");
        let from = night.required(source, "from", "\"2026-07-01\"").and_then(|(text, offset)| {
            let date = text.parse::<NaiveDate>().ok();
            if date.is_none() {
                source.mistake(offset, format!("`noise.night.from` is {text:?}"), "write a date: \"2026-07-01\"");
            }
            date
        });
        let start = night.required(source, "start", "\"22:00\"");
        let start = start.and_then(|(text, offset)| evening(&text, offset, source));
        night.finish(source);
        let (Some(from), Some(start)) = (from, start) else { continue };
        if nights.last().is_some_and(|earlier: &(NaiveDate, NaiveTime)| earlier.0 >= from) {
            source.mistake(
                offset,
                format!("`noise.night` from {from} is not later than the one before"),
                "order them by date",
            );
        }
        nights.push((from, start));
    }
    let lden = fields.strings(source, "lden", r#"["07:00", "19:00", "23:00"]"#).and_then(|words| {
        let times: Option<Vec<NaiveTime>> = words.iter().map(|(word, _)| whole_hour(word)).collect();
        let times: Option<[NaiveTime; 3]> = times.and_then(|times| times.try_into().ok());
        let fits = times.filter(|times| times.is_sorted_by(|a, b| a < b));
        if fits.is_none() {
            let remedy = r#"write three whole hours that rise: ["07:00", "19:00", "23:00"]"#;
            source.mistake(fields.offset("lden"), "`noise.lden` is not the start of day, evening and night", remedy);
        }
        fits
    });
    let day_hours = fields.integer(source, "day_hours", 1..=16).map_or(default.day_hours, |hours| hours as u32);
    let night_hours = fields.integer(source, "night_hours", 1..=8).map_or(default.night_hours, |hours| hours as u32);
    fields.finish(source);
    Noise { nights, lden: lden.unwrap_or(default.lden), day_hours, night_hours }
}

/// The start of a night: an hour in the evening, so that the date under which it is filed is the one on which it starts.
fn evening(text: &str, offset: usize, source: &mut Source<'_>) -> Option<NaiveTime> {
    let start = whole_hour(text).filter(|start| start.hour() >= 18);
    if start.is_none() {
        source.mistake(offset, format!("`noise.night.start` is {text:?}"), "write a whole hour from 18:00 to 23:00");
    }
    start
}

fn whole_hour(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text, "%H:%M").ok().filter(|time| time.minute() == 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::{Files, Pipeline};

    fn read(noise: &str) -> Result<Noise, Vec<String>> {
        let pipeline = format!("[publisher]\nid = \"x\"\nname = \"X\"\nzone = \"Asia/Shanghai\"\n{noise}");
        let stations = "id,kind,name_zh,name_en,lat,lon\n".to_owned();
        let parsed = Pipeline::parse(&Files { pipeline, stations });
        parsed.map(|pipeline| pipeline.noise).map_err(|mistakes| mistakes.0.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn nights_start_at_ten_unless_moved() {
        let date = |text: &str| text.parse().unwrap();
        assert_eq!(read("").unwrap(), Noise::default());
        let moved = read("[[noise.night]]\nfrom = \"2026-07-01\"\nstart = \"23:00\"\n").unwrap();
        assert_eq!(moved.night_start(date("2026-06-30")), hour(22));
        assert_eq!(moved.night_start(date("2026-07-01")), hour(23));
    }

    #[test]
    fn mistakes_say_what_to_write() {
        for (text, remedy) in [
            ("[[noise.night]]\nfrom = \"2026-07-01\"\nstart = \"22:30\"\n", "whole hour from 18:00 to 23:00"),
            ("[[noise.night]]\nfrom = \"2026-07-01\"\nstart = \"02:00\"\n", "whole hour from 18:00 to 23:00"),
            ("[[noise.night]]\nfrom = \"July\"\nstart = \"22:00\"\n", "write a date"),
            (
                "[[noise.night]]\nfrom = \"2026-07-01\"\nstart = \"22:00\"\n[[noise.night]]\nfrom = \"2026-01-01\"\nstart = \"23:00\"\n",
                "order them by date",
            ),
            ("[noise]\nlden = [\"07:00\", \"23:00\", \"19:00\"]\n", "three whole hours that rise"),
            ("[noise]\nnight_hours = 9\n", "from 1 to 8"),
            ("[noise]\nnihgt_hours = 5\n", "night_hours"),
        ] {
            let mistakes = read(text).unwrap_err();
            assert!(mistakes.len() == 1 && mistakes[0].contains(remedy), "{text}: {mistakes:?}");
        }
    }
}
