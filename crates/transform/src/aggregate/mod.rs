//! Means of hours, moving windows, days, months and years, and how many values each must have.
//!
//! - [`energy`], [`noise`]: levels of sound, and the parts of the day that they are of
//! - [`hour`], [`quarter`]: an hour, and a quarter of one, from minutes
//! - [`mean`]: 8 and 24 hours, and the hours of a day
//! - [`max8h`]: the largest 8-hour mean of a day
//! - [`calendar`]: months, quarters and years, from days
//! - [`vector`]: wind directions
//! - [`sum`], [`flow`], [`counter`]: amounts, concentrations of a discharge, and meters
//!
//! All work on exact values and are given only those that may be used; a window is a slice with one cell an hour,
//! in months and years one cell a day.

pub mod calendar;
pub mod counter;
pub mod energy;
pub mod flow;
pub mod hour;
pub mod max8h;
pub mod mean;
pub mod noise;
pub mod quarter;
pub mod sum;
pub mod vector;

use std::collections::BTreeMap;

use limpid_model::{Flag, Instant, Observation, ParameterId, Period, StationId, StationKind, Statistic, Status};
use serde::Deserialize;

use crate::assess::gb3095::Class;
use crate::fixed::{Fixed, Mean};
use crate::standards::{self, TableError};
use crate::validate::table::ByKind;

/// What came of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aggregate {
    /// `None` when there were too few values.
    pub mean: Option<Mean>,
    /// Values (hours; minutes for an hour; windows for a largest 8-hour mean; days for months and years) that could be
    /// used.
    pub n: u32,
    /// Values that the whole window has.
    pub expected: u32,
}

impl Aggregate {
    /// As it is published: provisional, and missing (flag 9) where there were too few values.
    pub fn observation(
        self,
        station: &StationId,
        (parameter, period, statistic): (ParameterId, Period, Statistic),
        (start, end): (Instant, Instant),
        rule: &str,
    ) -> Observation {
        Observation {
            station: station.clone(),
            parameter,
            period,
            statistic,
            start,
            end,
            value: self.mean.map(Mean::to_f64),
            flag: if self.mean.is_some() { Flag::Pass } else { Flag::Missing },
            mark: None,
            status: Status::Provisional,
            n: Some(self.n),
            expected: Some(self.expected),
            revised: Vec::new(),
            rules: rule.to_owned(),
            from: None,
        }
    }
}

/// How many values make a valid aggregate (`data/standards/validity.csv`).
#[derive(Debug, Clone)]
pub struct Validity {
    /// Minutes of an hour.
    pub hour_minutes: u32,
    /// Hours of a moving 8-hour mean.
    pub moving_8h_hours: u32,
    /// Hours of a moving 24-hour mean.
    pub moving_24h_hours: u32,
    /// Hours of a day mean; see [`Validity::day_hours_of`].
    pub day_hours: u32,
    /// Hours of a day mean of what is [sampled](is_sampled), such as TSP.
    pub day_hours_tsp: u32,
    /// Hours into the day at which the first 8-hour mean ends that belongs to the day.
    pub max8h_first_end: usize,
    /// Valid 8-hour means of a day.
    pub max8h_windows: u32,
    /// With fewer, the largest still counts above this limit, in areas of class 1 and of class 2.
    pub max8h_limit: [Fixed; 2],
    /// Days of a month mean.
    pub month_days: u32,
    /// Days of the mean of a February.
    pub month_days_february: u32,
    /// Days of a year mean.
    pub year_days: u32,
    /// Days of what is sampled in each month of a year mean.
    pub month_days_tsp: u32,
    /// Parts of as many days of a month in each of which there must be one of them.
    pub month_parts_tsp: u32,
    /// Days of a year mean of what is sampled.
    pub year_days_tsp: u32,
    /// Days with samples of a quarter of water.
    pub water_quarter_samples: u32,
    /// Months of a year mean of water.
    pub water_year_months: u32,
    /// Stations that a mean of an area needs, in percent of those that measure the parameter.
    pub area_stations_percent: u32,
}

impl Validity {
    /// Reads the table.
    ///
    /// # Errors
    /// For a rule that is missing or unknown.
    pub fn parse(text: &str) -> Result<Self, TableError> {
        const TABLE: &str = "validity.csv";
        #[derive(Deserialize)]
        struct Row {
            rule: String,
            value: u32,
        }
        let mut rows: BTreeMap<String, u32> =
            standards::rows::<Row>(TABLE, text)?.into_iter().map(|row| (row.rule, row.value)).collect();
        let mut take =
            |rule: &str| rows.remove(rule).ok_or_else(|| TableError::content(TABLE, rule, "is missing, add its row"));
        let validity = Self {
            hour_minutes: take("hour_minutes")?,
            moving_8h_hours: take("moving_8h_hours")?,
            moving_24h_hours: take("moving_24h_hours")?,
            day_hours: take("day_hours")?,
            day_hours_tsp: take("day_hours_tsp")?,
            max8h_first_end: take("max8h_first_end")? as usize,
            max8h_windows: take("max8h_windows")?,
            max8h_limit: [
                Fixed::whole(take("max8h_limit_class1")?.into()),
                Fixed::whole(take("max8h_limit_class2")?.into()),
            ],
            month_days: take("month_days")?,
            month_days_february: take("month_days_february")?,
            year_days: take("year_days")?,
            month_days_tsp: take("month_days_tsp")?,
            month_parts_tsp: take("month_parts_tsp")?.max(1),
            year_days_tsp: take("year_days_tsp")?,
            water_quarter_samples: take("water_quarter_samples")?,
            water_year_months: take("water_year_months")?,
            area_stations_percent: take("area_stations_percent")?,
        };
        match rows.keys().next() {
            Some(unknown) => Err(TableError::content(TABLE, unknown, "is no rule that the program knows")),
            None => Ok(validity),
        }
    }

    /// How many hours a day mean of a parameter needs, of a day that has `hours`.
    pub fn day_hours_of(&self, parameter: ParameterId, hours: usize) -> u32 {
        if is_sampled(parameter) {
            self.day_hours_tsp.min(u32::try_from(hours).unwrap_or(u32::MAX))
        } else {
            self.day_hours
        }
    }

    /// The limit of class 1 or 2 above which the largest of few 8-hour means counts.
    pub fn max8h_limit_of(&self, class: Class) -> Fixed {
        self.max8h_limit[usize::from(class.number() - 1)]
    }
}

/// Whether a parameter of air is sampled on some days of the year, evenly spread (GB 3095-2026 table 4).
pub fn is_sampled(parameter: ParameterId) -> bool {
    ["tsp", "pb_tsp", "bap_pm10"].contains(&parameter.as_str())
}

/// Which aggregates are made of which parameter (`data/standards/aggregates.csv`).
#[derive(Debug, Clone)]
pub struct Aggregates(ByKind<Made>);

/// How hours are made of minutes, and days of hours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// The arithmetic mean.
    #[default]
    Mean,
    /// The direction of the sum of the vectors, by the wind speed beside.
    Vector,
    /// The sum.
    Sum,
    /// The mean weighted by the flow beside; hours from minutes by their minutes.
    Flow,
    /// The last reading of a counter that only rises: see [`Counter`].
    Counter,
}

/// A counter, and what it counts (`data/standards/counters.csv`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counter {
    /// What it shows.
    pub counter: ParameterId,
    /// The amount between two readings of it.
    pub amount: ParameterId,
}

/// Reads the table of counters.
///
/// # Errors
/// For an unknown parameter.
pub fn counters(text: &str) -> Result<Vec<Counter>, TableError> {
    const TABLE: &str = "counters.csv";
    #[derive(Deserialize)]
    struct Row {
        counter: String,
        amount: String,
    }
    let parameter = |name: &str| standards::parameter(TABLE, name);
    let counter = |row: Row| Ok(Counter { counter: parameter(&row.counter)?, amount: parameter(&row.amount)? });
    standards::rows(TABLE, text)?.into_iter().map(counter).collect()
}

impl How {
    /// The parameter beside, where days are made with one.
    pub fn beside(self) -> Option<&'static str> {
        match self {
            Self::Mean | Self::Sum | Self::Counter => None,
            Self::Vector => Some("wind_speed"),
            Self::Flow => Some("flow"),
        }
    }
}

/// Aggregates made of one parameter.
#[derive(Debug, Clone, Copy, Default)]
pub struct Made {
    /// How.
    pub how: How,
    /// Hours from minutes.
    pub hour: bool,
    /// Moving 8-hour means.
    pub moving8: bool,
    /// Moving 24-hour means.
    pub moving24: bool,
    /// Day means.
    pub day: bool,
    /// The largest 8-hour mean of the day.
    pub max8h: bool,
    /// Means of months and years, from the day means.
    pub calendar: bool,
    /// Means are those of the energy of sound.
    pub energy: bool,
    /// A single value makes a mean, and a moment an hour where nothing longer does: samples of water are few, and one may
    /// be used (HuanBan [2011] 22).
    pub samples: bool,
}

/// Levels of noise that limpid makes of hours; their months and years are energetic means.
const NOISE_LEVELS: [&str; 4] = ["ld", "ln", "ldn", "lden"];

impl Made {
    /// Of everything at a water station.
    const WATER: Self = Self {
        how: How::Mean,
        hour: true,
        moving8: false,
        moving24: false,
        day: true,
        max8h: false,
        calendar: true,
        energy: false,
        samples: true,
    };

    /// Of the equivalent level of sound.
    const LEVEL: Self = Self { energy: true, samples: false, ..Self::WATER };
}

impl Aggregates {
    /// Reads the table.
    ///
    /// # Errors
    /// For an unknown parameter, and for a cell that is neither 0 nor 1.
    pub fn parse(text: &str) -> Result<Self, TableError> {
        const TABLE: &str = "aggregates.csv";
        #[derive(Deserialize)]
        struct Row {
            parameter: String,
            kind: String,
            how: How,
            hour: u8,
            moving8: u8,
            moving24: u8,
            day: u8,
            max8h: u8,
            calendar: u8,
        }
        let mut aggregates = ByKind::default();
        for row in standards::rows::<Row>(TABLE, text)? {
            let parameter = standards::parameter(TABLE, &row.parameter)?;
            let cells = [row.hour, row.moving8, row.moving24, row.day, row.max8h, row.calendar];
            if cells.iter().any(|cell| *cell > 1) {
                return Err(TableError::content(TABLE, row.parameter, "a cell is neither 0 nor 1"));
            }
            let made = Made {
                how: row.how,
                hour: row.hour == 1,
                moving8: row.moving8 == 1,
                moving24: row.moving24 == 1,
                day: row.day == 1,
                max8h: row.max8h == 1,
                calendar: row.calendar == 1,
                ..Made::default()
            };
            if made.how != How::Mean && (made.moving8 || made.moving24 || made.max8h) {
                return Err(TableError::content(TABLE, row.parameter, "moving windows are made by mean alone"));
            }
            aggregates.insert(TABLE, parameter, &row.kind, made)?;
        }
        Ok(Self(aggregates))
    }

    /// The parameters of which months and years are made at stations of `kind`.
    pub fn of_the_calendar(&self, kind: StationKind) -> impl Iterator<Item = ParameterId> {
        ParameterId::all().filter(move |parameter| self.at(kind, *parameter).calendar)
    }

    /// What is made of `parameter` at a station of `kind`: of everything in water, of equivalent levels of sound, and of
    /// what the table has.
    pub fn at(&self, kind: StationKind, parameter: ParameterId) -> Made {
        match parameter.as_str() {
            "leq" => Made::LEVEL,
            level if NOISE_LEVELS.contains(&level) => Made { hour: false, day: false, ..Made::LEVEL },
            // The trophic level index of a month is that of the month's means, not the mean of its days' indices.
            "tli" => Made::default(),
            _ => {
                let made = self.of(kind, parameter);
                let amount = matches!(made.how, How::Sum | How::Counter);
                if kind == StationKind::Water && !amount { Made::WATER } else { made }
            }
        }
    }

    /// What the table says of `parameter` at a station of this kind; nothing where it does not have it.
    fn of(&self, kind: StationKind, parameter: ParameterId) -> Made {
        self.0.get(kind, parameter).copied().unwrap_or_default()
    }
}
