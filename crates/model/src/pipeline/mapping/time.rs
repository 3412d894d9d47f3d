//! Times as tables write them.

use chrono::format::{Item, StrftimeItems};
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime};

use crate::time::Instant;

/// A way of writing a time, in the letters of `strftime`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeFormat {
    /// What is parsed: completed by what the table leaves out.
    full: String,
    has_year: bool,
    has_hour: bool,
    has_minute: bool,
    has_offset: bool,
}

/// A time as read, before the zone is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clockless {
    /// An instant: the text had an offset.
    At(Instant),
    /// Wall time.
    Local(NaiveDateTime),
    /// A day, without a time of day.
    Date(NaiveDate),
}

impl TimeFormat {
    /// Takes a format; `None` when it is none, or names no month and day.
    pub fn parse(text: &str) -> Option<Self> {
        if StrftimeItems::new(text).any(|item| item == Item::Error) {
            return None;
        }
        let has = |letters: &[&str]| letters.iter().any(|letter| text.contains(letter));
        let whole_date = has(&["%F", "%D", "%x", "%c", "%s", "%+"]);
        let whole_time = has(&["%T", "%R", "%X", "%r", "%c", "%s", "%+"]);
        let has_day = whole_date || (has(&["%m", "%b", "%B", "%h"]) && has(&["%d", "%e"])) || has(&["%j"]);
        let has_year = whole_date || has(&["%Y", "%y"]);
        let has_hour = whole_time || has(&["%H", "%k", "%I", "%l"]);
        let has_minute = whole_time || has(&["%M"]);
        let has_offset = has(&["%z", "%:z", "%::z", "%#z", "%s", "%+"]);
        // Without a year nothing is known of an offset's day either.
        if !has_day || (has_offset && !(has_year && has_hour)) {
            return None;
        }
        let mut full = text.to_owned();
        if has_hour && !has_minute {
            full += " %M";
        }
        if !has_year {
            full = format!("%Y {full}");
        }
        Some(Self { full, has_year, has_hour, has_minute, has_offset })
    }

    /// Whether it names the year.
    pub fn has_year(&self) -> bool {
        self.has_year
    }

    /// Whether it names the time of day.
    pub fn has_hour(&self) -> bool {
        self.has_hour
    }

    /// Reads a text. Where it has no year, the one is taken that brings it nearest to `collected`, the day on which
    /// the file was: a feed shows what is at most some months old, and never far in the future.
    ///
    /// `24:00` is the midnight at the end of its day. `None` when the text is written otherwise.
    pub fn read(&self, text: &str, collected: Option<NaiveDate>) -> Option<Clockless> {
        let text = if self.has_hour && !self.has_minute { format!("{text} 00") } else { text.to_owned() };
        if self.has_year {
            return self.read_full(&text);
        }
        let collected = collected?;
        (-1..=1)
            .filter_map(|years| self.read_full(&format!("{} {text}", collected.year() + years)))
            .min_by_key(|time| (time.date() - collected).num_days().abs())
    }

    fn read_full(&self, text: &str) -> Option<Clockless> {
        if self.has_offset {
            return DateTime::parse_from_str(text, &self.full).ok().map(|at| Clockless::At(at.to_utc()));
        }
        if !self.has_hour {
            return NaiveDate::parse_from_str(text, &self.full).ok().map(Clockless::Date);
        }
        let read = |text: &str| NaiveDateTime::parse_from_str(text, &self.full).ok();
        read(text)
            .or_else(|| {
                // The only place where 24 can stand for an hour is right before minutes or the end.
                let at = text.rfind("24:00").or_else(|| text.rfind("24 00"))?;
                let start_of_day = read(&format!("{}00{}", &text[..at], &text[at + 2..]))?;
                (start_of_day.time() == NaiveTime::MIN).then(|| start_of_day.date().succ_opt()?.and_hms_opt(0, 0, 0))?
            })
            .map(Clockless::Local)
    }
}

impl Clockless {
    fn date(self) -> NaiveDate {
        match self {
            Self::At(at) => at.date_naive(),
            Self::Local(local) => local.date(),
            Self::Date(date) => date,
        }
    }
}
