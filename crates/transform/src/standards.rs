//! The tables of facts under `data/`, read once and checked when read.

use std::sync::LazyLock;

use limpid_model::ParameterId;
use limpid_model::limit::{Flat, Slip, Steps};
use serde::de::DeserializeOwned;

use crate::aggregate::{self, Aggregates, Counter, Validity};
use crate::assess::banded::Banded;
use crate::assess::bounds::Bounds;
use crate::assess::hj663::{self, Looked};
use crate::assess::{
    black_odorous, drinking, eaqi, gb3095, gb3096, gb3838, gbt14848, hj633, hj640, in_naqi, kr_cai, tli, uk_daqi,
    us_epa, who2021,
};
use crate::fixed::Fixed;
use crate::gaps::minimums::Minimums;
use crate::validate::detection::Detection;
use crate::validate::neighbours::Neighbours;
use crate::validate::slip;
use crate::validate::sums::{self, Sum};
use crate::validate::table::ByKind;
use crate::validate::{Consistency, Marks, Ranges, flat, steps};

/// A table that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// It is no CSV of the expected columns.
    #[error("table {table} cannot be read")]
    Shape {
        /// File name.
        table: &'static str,
        /// Which row and why.
        #[source]
        source: csv::Error,
    },
    /// A row contradicts itself, another row or the program.
    #[error("table {table}, {place}: {detail}")]
    Content {
        /// File name.
        table: &'static str,
        /// Which row, by its key.
        place: String,
        /// What is wrong and what would be right.
        detail: String,
    },
}

impl TableError {
    /// A row that is wrong in itself.
    pub(crate) fn content(table: &'static str, place: impl ToString, detail: impl ToString) -> Self {
        Self::Content { table, place: place.to_string(), detail: detail.to_string() }
    }
}

/// Everything that the pure functions are told: limits, thresholds, breakpoints.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Plausible ranges (`data/validation/ranges.csv`).
    pub ranges: Ranges,
    /// Instrument marks (`data/validation/marks.csv`).
    pub marks: Marks,
    /// Parts and wholes (`data/validation/consistency.csv`).
    pub consistency: Consistency,
    /// Sums and their terms (`data/validation/sums.csv`).
    pub sums: Vec<Sum>,
    /// Hours off the middle of their neighbours (`data/validation/spike.csv`).
    pub spike: ByKind<Steps>,
    /// Hours off the hour before them (`data/validation/rate.csv`).
    pub rate: ByKind<Steps>,
    /// Values that stand still (`data/validation/flat.csv`).
    pub flat: ByKind<Flat>,
    /// Hours a thousand times off those before them (`data/validation/slip.csv`).
    pub slip: ByKind<Slip>,
    /// What stands for values below a limit (`data/validation/detection.csv`).
    pub detection: Detection,
    /// How many values make a valid aggregate (`data/standards/validity.csv`).
    pub validity: Validity,
    /// Which aggregates are made of which parameter (`data/standards/aggregates.csv`).
    pub aggregates: Aggregates,
    /// Counters and what they count (`data/standards/counters.csv`).
    pub counters: Vec<Counter>,
    /// Of which parameters completeness is counted, and the legal minimum (`data/standards/minimums.csv`).
    pub minimums: Minimums,
    /// Breakpoints of the Chinese index (`data/standards/hj633.csv`).
    pub breakpoints: hj633::Breakpoints,
    /// Breakpoints of the US index (`data/standards/us_epa.csv`).
    pub us_epa: Banded,
    /// Bands of the European index (`data/standards/eaqi.csv`).
    pub eaqi: Bounds,
    /// Limits of ambient air (`data/standards/gb3095.csv`).
    pub gb3095: gb3095::Limits,
    /// Reference lines of the WHO (`data/standards/who2021.csv`).
    pub who2021: who2021::Lines,
    /// Stations beside the others of their area (`data/validation/neighbours.csv`).
    pub neighbours: Neighbours,
    /// What an assessment of a period looks at (`data/standards/hj663.csv`).
    pub hj663: Vec<Looked>,
    /// Bands of the British index (`data/standards/uk_daqi.csv`).
    pub uk_daqi: Bounds,
    /// Bands of the Indian index (`data/standards/in_naqi.csv`).
    pub in_naqi: Banded,
    /// Bands of the Korean index (`data/standards/kr_cai.csv`).
    pub kr_cai: Banded,
    /// Classes of surface water (`data/standards/gb3838.csv`).
    pub gb3838: gb3838::Classes,
    /// Further limits of drinking-water sources (`data/standards/gb3838_source.csv`).
    pub sources: drinking::Limits,
    /// Classes of groundwater (`data/standards/gbt14848.csv`).
    pub gbt14848: gbt14848::Classes,
    /// The trophic level index (`data/standards/tli.csv`).
    pub tli: tli::Coefficients,
    /// Bounds of black and odorous water (`data/standards/black_odorous.csv`).
    pub black_odorous: black_odorous::Profiles,
    /// Limits of noise zones (`data/standards/gb3096.csv`).
    pub gb3096: gb3096::Zones,
    /// Grades of a city's noise (`data/standards/hj640.csv`).
    pub hj640: hj640::Grades,
}

static BUILT_IN: LazyLock<Rules> =
    LazyLock::new(|| Rules::load().unwrap_or_else(|error| panic!("built-in tables: {error}: {error:?}")));

impl Rules {
    /// The tables that are part of the program. A test loads them, so that a program that was built has good ones.
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    fn load() -> Result<Self, TableError> {
        Ok(Self {
            ranges: Ranges::parse(include_str!("../../../data/validation/ranges.csv"))?,
            marks: Marks::parse(include_str!("../../../data/validation/marks.csv"))?,
            consistency: Consistency::parse(include_str!("../../../data/validation/consistency.csv"))?,
            sums: sums::parse(include_str!("../../../data/validation/sums.csv"))?,
            detection: Detection::parse(include_str!("../../../data/validation/detection.csv"))?,
            spike: steps::parse("spike.csv", include_str!("../../../data/validation/spike.csv"))?,
            rate: steps::parse("rate.csv", include_str!("../../../data/validation/rate.csv"))?,
            flat: flat::parse(include_str!("../../../data/validation/flat.csv"))?,
            slip: slip::parse(include_str!("../../../data/validation/slip.csv"))?,
            validity: Validity::parse(include_str!("../../../data/standards/validity.csv"))?,
            aggregates: Aggregates::parse(include_str!("../../../data/standards/aggregates.csv"))?,
            counters: aggregate::counters(include_str!("../../../data/standards/counters.csv"))?,
            minimums: Minimums::parse(include_str!("../../../data/standards/minimums.csv"))?,
            breakpoints: hj633::Breakpoints::parse(include_str!("../../../data/standards/hj633.csv"))?,
            us_epa: Banded::parse(us_epa::TABLE, include_str!("../../../data/standards/us_epa.csv"))?,
            eaqi: eaqi::parse(include_str!("../../../data/standards/eaqi.csv"))?,
            gb3095: gb3095::Limits::parse(include_str!("../../../data/standards/gb3095.csv"))?,
            who2021: who2021::Lines::parse(include_str!("../../../data/standards/who2021.csv"))?,
            neighbours: Neighbours::parse(include_str!("../../../data/validation/neighbours.csv"))?,
            hj663: hj663::parse(include_str!("../../../data/standards/hj663.csv"))?,
            uk_daqi: uk_daqi::parse(include_str!("../../../data/standards/uk_daqi.csv"))?,
            in_naqi: in_naqi::parse(include_str!("../../../data/standards/in_naqi.csv"))?,
            kr_cai: kr_cai::parse(include_str!("../../../data/standards/kr_cai.csv"))?,
            gb3838: gb3838::Classes::parse(include_str!("../../../data/standards/gb3838.csv"))?,
            sources: drinking::Limits::parse(include_str!("../../../data/standards/gb3838_source.csv"))?,
            gbt14848: gbt14848::Classes::parse(include_str!("../../../data/standards/gbt14848.csv"))?,
            tli: tli::Coefficients::parse(include_str!("../../../data/standards/tli.csv"))?,
            black_odorous: black_odorous::Profiles::parse(include_str!("../../../data/standards/black_odorous.csv"))?,
            gb3096: gb3096::Zones::parse(include_str!("../../../data/standards/gb3096.csv"))?,
            hj640: hj640::Grades::parse(include_str!("../../../data/standards/hj640.csv"))?,
        })
    }
}

/// Rows of a CSV table with `#` comments and a header row.
pub(crate) fn rows<T: DeserializeOwned>(table: &'static str, text: &str) -> Result<Vec<T>, TableError> {
    csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes())
        .deserialize()
        .collect::<Result<_, _>>()
        .map_err(|source| TableError::Shape { table, source })
}

/// The parameter that a row is about.
pub(crate) fn parameter(table: &'static str, name: &str) -> Result<ParameterId, TableError> {
    ParameterId::parse(name).ok_or_else(|| TableError::content(table, name, "is no parameter of parameters.csv"))
}

/// A bound or tolerance of a row.
pub(crate) fn fixed(table: &'static str, place: &str, value: f64) -> Result<Fixed, TableError> {
    Fixed::from_f64(value).ok_or_else(|| TableError::content(table, place, format!("{value} is beyond 1e11")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_tables_are_good() {
        Rules::load().unwrap();
    }

    #[test]
    fn a_wrong_row_is_named() {
        let error = Ranges::parse(
            "parameter,kind,fail_below,suspect_below,suspect_above,fail_above,source\npm25,*,5,0,1,2,x\n",
        );
        assert_eq!(error.unwrap_err().to_string(), "table ranges.csv, pm25: bounds must not fall from left to right");
        let error = Ranges::parse("parameter,fail_below\npm25,x\n").unwrap_err().to_string();
        assert_eq!(error, "table ranges.csv cannot be read");
        let error = Aggregates::parse(
            "parameter,kind,how,hour,moving8,moving24,day,max8h,calendar\nunobtainium,*,mean,1,1,1,1,1,1\n",
        );
        assert!(error.unwrap_err().to_string().contains("unobtainium"));
    }
}
