//! Functions that an expression may call (18-088, table 24), and those of them that points have a use for.

use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike, Offset, TimeZone, Timelike};
use limpid_model::Zone;

use super::super::time::Interval;
use super::value::Val;
use crate::doors::geometry::{self, Geometry};

macro_rules! functions {
    ($($variant:ident $name:literal $takes:expr, $about:literal;)*) => {
        /// A function.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Function {
            $(#[doc = $about] $variant,)*
        }

        impl Function {
            const ALL: &[(Self, &'static str, RangeInclusive<usize>)] = &[$((Self::$variant, $name, $takes),)*];
        }
    };
}

functions! {
    SubstringOf "substringof" 2..=2, "Whether the first text stands in the second.";
    StartsWith "startswith" 2..=2, "Whether the first text begins with the second.";
    EndsWith "endswith" 2..=2, "Whether the first text ends with the second.";
    Length "length" 1..=1, "Characters of a text.";
    IndexOf "indexof" 2..=2, "Where the second text begins in the first, -1 where it does not.";
    Substring "substring" 2..=3, "A text from a character on, perhaps only so many.";
    ToLower "tolower" 1..=1, "A text in lower case.";
    ToUpper "toupper" 1..=1, "A text in upper case.";
    Trim "trim" 1..=1, "A text without blanks around it.";
    Concat "concat" 2..=2, "Two texts one after the other.";
    Year "year" 1..=1, "Year of a time's start, on the authority's calendar.";
    Month "month" 1..=1, "Month, 1 to 12.";
    Day "day" 1..=1, "Day of the month.";
    Hour "hour" 1..=1, "Hour of the day.";
    Minute "minute" 1..=1, "Minute of the hour.";
    Second "second" 1..=1, "Second of the minute.";
    FractionalSeconds "fractionalseconds" 1..=1, "Part of a second.";
    Date "date" 1..=1, "Midnight, on the authority's calendar, of the day of a time's start.";
    TotalOffsetMinutes "totaloffsetminutes" 1..=1, "Minutes of the authority's offset then.";
    Now "now" 0..=0, "The time of the request.";
    MinDateTime "mindatetime" 0..=0, "The earliest time.";
    MaxDateTime "maxdatetime" 0..=0, "The latest time.";
    Before "before" 2..=2, "Whether the first time ends before the second begins.";
    After "after" 2..=2, "Whether the first time begins after the second ends.";
    Meets "meets" 2..=2, "Whether one time begins where the other ends.";
    During "during" 2..=2, "Whether the first time lies within the second.";
    Overlaps "overlaps" 2..=2, "Whether two times share some.";
    Starts "starts" 2..=2, "Whether the first time begins with the second.";
    Finishes "finishes" 2..=2, "Whether the first time ends with the second.";
    Round "round" 1..=1, "The nearest whole number.";
    Floor "floor" 1..=1, "The next smaller whole number.";
    Ceiling "ceiling" 1..=1, "The next greater whole number.";
    Distance "geo.distance" 2..=2, "Degrees between two points.";
    GeoIntersects "geo.intersects" 2..=2, "Whether two share a point.";
    Intersects "st_intersects" 2..=2, "Whether two share a point.";
    Within "st_within" 2..=2, "Whether the first lies within the second.";
    Contains "st_contains" 2..=2, "Whether the second lies within the first.";
    Disjoint "st_disjoint" 2..=2, "Whether two share no point.";
    Equals "st_equals" 2..=2, "Whether two are the same.";
}

impl Function {
    /// The function of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|row| row.1 == name).map(|row| row.0)
    }

    /// The names of all.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Self::ALL.iter().map(|row| row.1)
    }

    /// How many values it takes.
    pub fn takes(self) -> &'static RangeInclusive<usize> {
        &Self::ALL.iter().find(|row| row.0 == self).expect("every function stands in the table").2
    }

    /// What it gives; null where a value is not of the kind it works on.
    pub fn call(self, given: &[&Val], zone: Zone) -> Val {
        self.try_call(given, zone).unwrap_or(Val::Null)
    }

    fn try_call(self, given: &[&Val], zone: Zone) -> Option<Val> {
        let text = |at: usize| given.get(at).and_then(|value| value.text());
        let number = |at: usize| given.get(at).and_then(|value| value.number());
        let time = |at: usize| given.get(at).and_then(|value| value.time());
        let place = |at: usize| match given.get(at) {
            Some(Val::Place(place)) => Some(place),
            _ => None,
        };
        let local = || time(0).map(|time| time.start.with_timezone(&zone.0));
        let said = |text: String| Some(Val::Text(text));
        let counted = |number: u32| Some(Val::Number(f64::from(number)));
        let holds = |holds: bool| Some(Val::Bool(holds));
        let moment = |seconds: i64| DateTime::from_timestamp(seconds, 0).map(|at| Val::Time(Interval::at(at)));
        match self {
            Self::SubstringOf => holds(text(1)?.contains(text(0)?)),
            Self::StartsWith => holds(text(0)?.starts_with(text(1)?)),
            Self::EndsWith => holds(text(0)?.ends_with(text(1)?)),
            Self::Length => Some(Val::Number(text(0)?.chars().count() as f64)),
            Self::IndexOf => {
                let (within, wanted) = (text(0)?, text(1)?);
                let at = within.find(wanted).map(|at| within[..at].chars().count() as f64);
                Some(Val::Number(at.unwrap_or(-1.0)))
            }
            Self::Substring => {
                let (skip, take) =
                    (number(1)?.max(0.0) as usize, number(2).map_or(usize::MAX, |take| take.max(0.0) as usize));
                said(text(0)?.chars().skip(skip).take(take).collect())
            }
            Self::ToLower => said(text(0)?.to_lowercase()),
            Self::ToUpper => said(text(0)?.to_uppercase()),
            Self::Trim => said(text(0)?.trim().to_owned()),
            Self::Concat => said(format!("{}{}", text(0)?, text(1)?)),
            Self::Year => Some(Val::Number(f64::from(local()?.year()))),
            Self::Month => counted(local()?.month()),
            Self::Day => counted(local()?.day()),
            Self::Hour => counted(local()?.hour()),
            Self::Minute => counted(local()?.minute()),
            Self::Second => counted(local()?.second()),
            Self::FractionalSeconds => Some(Val::Number(f64::from(local()?.timestamp_subsec_micros()) / 1e6)),
            Self::Date => Some(Val::Time(Interval::at(zone.start_of(zone.date_of(time(0)?.start))))),
            Self::TotalOffsetMinutes => {
                let offset = zone.0.offset_from_utc_datetime(&time(0)?.start.naive_utc());
                Some(Val::Number(f64::from(offset.fix().local_minus_utc()) / 60.0))
            }
            Self::Now => None,
            Self::MinDateTime => moment(-60_000_000_000),
            Self::MaxDateTime => moment(249_999_999_999),
            Self::Before => holds(time(0)?.end <= time(1)?.start && time(0)?.start < time(1)?.start),
            Self::After => holds(time(0)?.start >= time(1)?.end && time(0)?.end > time(1)?.end),
            Self::Meets => holds(time(0)?.end == time(1)?.start || time(1)?.end == time(0)?.start),
            Self::During => holds(time(1)?.start <= time(0)?.start && time(0)?.end <= time(1)?.end),
            Self::Overlaps => holds(time(0)?.start < time(1)?.end && time(1)?.start < time(0)?.end),
            Self::Starts => holds(time(0)?.start == time(1)?.start),
            Self::Finishes => holds(time(0)?.end == time(1)?.end),
            Self::Round => Some(Val::Number(number(0)?.round())),
            Self::Floor => Some(Val::Number(number(0)?.floor())),
            Self::Ceiling => Some(Val::Number(number(0)?.ceil())),
            Self::Distance => match (place(0)?, place(1)?) {
                (Geometry::Point(a), Geometry::Point(b)) => Some(Val::Number(geometry::degrees(*a, *b))),
                _ => None,
            },
            Self::GeoIntersects | Self::Intersects => holds(shared(place(0)?, place(1)?)?),
            Self::Disjoint => holds(!shared(place(0)?, place(1)?)?),
            Self::Within => holds(holds_point(place(1)?, place(0)?)?),
            Self::Contains => holds(holds_point(place(0)?, place(1)?)?),
            Self::Equals => holds(place(0)? == place(1)?),
        }
    }
}

/// Whether a point, and only a point, lies in another geometry.
fn holds_point(place: &Geometry, point: &Geometry) -> Option<bool> {
    if let Geometry::Point(point) = point { Some(place.holds(*point)) } else { None }
}

/// Of two areas it is not known.
fn shared(a: &Geometry, b: &Geometry) -> Option<bool> {
    holds_point(a, b).or_else(|| holds_point(b, a))
}
