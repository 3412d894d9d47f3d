//! What every list of records takes beside its filters: the format, the zone of its times, and which columns.

use axum::http::HeaderMap;
use chrono::{Duration, TimeDelta};
use limpid_model::{Instant, Zone};
use utoipa::IntoParams;

use super::query::Query;
use crate::answer::problem::cut;
use crate::answer::table::Column;
use crate::answer::{Failure, Format};
use crate::app::App;

/// The parameters of [`Shape`] in `/openapi.json`.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "carries the description; `Shape` reads them")]
pub struct ShapeParameters {
    /// IANA zone of the times in the answer, and of dates in the query; default the authority's. Days and months stay
    /// those of the authority.
    #[param(min_length = 1, example = "Asia/Shanghai")]
    tz: Option<String>,
    /// Only these columns, repeated or separated by commas; default all.
    fields: Option<Vec<String>>,
    /// From `next` of the page before.
    #[param(min_length = 1)]
    cursor: Option<String>,
    /// Items on a page, 1 to 50000, default 1000.
    #[param(minimum = 1, maximum = 50000, example = 100)]
    limit: Option<u32>,
}

/// The parameters of a span of time in `/openapi.json`; [`Query::range`] reads them.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "carries the description; `Query::range` reads them")]
pub struct SpanParameters {
    /// First start, inclusive: RFC 3339, or a date of the zone; default a span before `to` that fits the period.
    #[param(min_length = 10)]
    from: Option<String>,
    /// Last start, exclusive; default now.
    #[param(min_length = 10)]
    to: Option<String>,
    /// What was published by this time.
    #[param(min_length = 10)]
    as_of: Option<String>,
}

/// The parameters of which records in `/openapi.json`.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "carries the description; `Query` reads them")]
pub struct SeriesParameters {
    /// Station ids, repeated or separated by commas; default all.
    station: Option<Vec<String>>,
    /// Parameter ids, repeated or separated by commas; default all.
    parameter: Option<Vec<String>>,
}

/// How a list is to look.
#[derive(Debug, Clone)]
pub struct Shape {
    /// What it is written as.
    pub format: Format,
    /// In which zone times are read and written.
    pub zone: Zone,
    /// Columns that are asked for; `None` for all.
    pub fields: Option<Vec<String>>,
}

impl Shape {
    /// Reads `format`, `tz` and `fields`; `extra` are properties of the JSON objects that no column has the name of.
    ///
    /// # Errors
    /// 400 for one that cannot be served.
    pub fn read<R>(
        app: &App,
        query: &Query,
        headers: &HeaderMap,
        offered: &[Format],
        columns: &[Column<R>],
        extra: &[&'static str],
    ) -> Result<Self, Failure> {
        let zone = query.zone(app)?;
        let format = Format::choose(query.one("format")?, headers, offered)?;
        let known = || columns.iter().map(|column| column.name).chain(extra.iter().copied());
        let mut fields: Vec<String> = Vec::new();
        for name in query.many("fields") {
            if !known().any(|known| known == name) {
                return Err(Failure::value("fields", format!("there is no column {:?}", cut(name)), known()));
            }
            fields.push(name.to_owned());
        }
        let flat = columns.iter().any(|column| fields.iter().any(|name| name == column.name));
        if !fields.is_empty() && !flat && format.is_table() {
            let columns = columns.iter().map(|column| column.name);
            return Err(Failure::value("fields", format!("none of them is a column of {}", format.name()), columns));
        }
        Ok(Self { format, zone, fields: Some(fields).filter(|fields| !fields.is_empty()) })
    }

    /// Whether a column, or a property of a JSON object, is asked for.
    pub fn wants(&self, name: &str) -> bool {
        self.fields.as_ref().is_none_or(|fields| fields.iter().any(|field| field == name))
    }
}

/// Every how long a series is to have an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Every(TimeDelta);

impl Every {
    /// What it may be.
    pub const KNOWN: [&str; 5] = ["PT10M", "PT2H", "PT3H", "PT12H", "P1D"];

    /// `PT10M`, `PT3H`, `P1D`: whole minutes or hours that divide a day; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let number = |text: &str| {
            let digits = !text.starts_with('+') && text.len() <= 4;
            text.parse::<i64>().ok().filter(|number| digits && *number > 0)
        };
        let every = match text {
            "P1D" => Duration::days(1),
            _ => match text.strip_prefix("PT")? {
                rest if rest.ends_with('H') => Duration::hours(number(rest.strip_suffix('H')?)?),
                rest => Duration::minutes(number(rest.strip_suffix('M')?)?),
            },
        };
        (every <= Duration::days(1) && Duration::days(1).num_minutes() % every.num_minutes() == 0)
            .then_some(Self(every))
    }

    /// Whether an item with this start is kept: it lies a whole number of times behind midnight of the zone.
    pub fn keeps(self, start: Instant, zone: Zone) -> bool {
        let midnight = zone.start_of(zone.date_of(start));
        (start - midnight).num_milliseconds() % self.0.num_milliseconds() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_is_a_part_of_a_day() {
        for text in ["PT1M", "PT10M", "PT3H", "PT24H", "P1D", "PT90M"] {
            assert!(Every::parse(text).is_some(), "{text}");
        }
        for text in ["PT7H", "PT0H", "PT25H", "P2D", "PT", "PTH", "PT-1H", "PT+1H", "3H", "PT7M", "PT99999H"] {
            assert!(Every::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn thinning_counts_from_midnight_also_on_a_day_of_23_hours() {
        let zone = Zone::parse("Europe/Berlin").unwrap();
        let every = Every::parse("PT6H").unwrap();
        // Summer time began on 2026-03-29 at 01:00 UTC; midnight was at 23:00 UTC.
        let kept: Vec<u32> = (0..23)
            .filter(|hour| {
                let start = "2026-03-28T23:00:00Z".parse::<Instant>().unwrap() + Duration::hours(i64::from(*hour));
                every.keeps(start, zone)
            })
            .collect();
        assert_eq!(kept, [0, 6, 12, 18]);
    }
}
