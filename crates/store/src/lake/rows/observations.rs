//! Observations as columns.

use std::sync::Arc;

use arrow_array::{BooleanArray, Float64Array, Int8Array, Int32Array, RecordBatch, StringArray};
use limpid_model::{Observation, Published, StationId, Zone};

use super::{OPTIONAL, REQUIRED, instants, table, texts};
use crate::error::Result;

/// Observations as one batch, a row each in the order given: `station parameter period statistic start end value unit
/// flag mark status revision n expected rules published simulated`. Start and end are microseconds with the zone's
/// name, `published` with UTC; `simulated` says which stations are not real.
///
/// # Errors
/// [`StoreError::Io`](crate::StoreError::Io) should the columns not fit together.
pub fn observation_rows(
    observations: &[Published<Observation>],
    zone: Zone,
    simulated: impl Fn(&StationId) -> bool,
) -> Result<RecordBatch> {
    let records = || observations.iter().map(|published| &published.record);
    let count = |number: Option<u32>| number.map(|number| i32::try_from(number).unwrap_or(i32::MAX));
    table(
        "station parameter period statistic start",
        vec![
            ("station", REQUIRED, "permanent id of the station", texts(records().map(|o| o.station.as_str()))),
            ("parameter", REQUIRED, "what was measured", texts(records().map(|o| o.parameter.as_str()))),
            (
                "period",
                REQUIRED,
                "how long the value speaks for, an ISO 8601 duration",
                texts(records().map(|o| o.period.to_string())),
            ),
            (
                "statistic",
                REQUIRED,
                "mean, or max8h: the largest moving 8-hour mean of the day",
                texts(records().map(|o| o.statistic.as_str())),
            ),
            (
                "start",
                REQUIRED,
                "first moment of the period, inclusive",
                instants(records().map(|o| o.start), zone.name()),
            ),
            ("end", REQUIRED, "end of the period, exclusive", instants(records().map(|o| o.end), zone.name())),
            (
                "value",
                OPTIONAL,
                "the value in the unit of its row; empty where there is no valid one",
                Arc::new(Float64Array::from_iter(records().map(|o| o.value))),
            ),
            ("unit", REQUIRED, "unit of the value", texts(records().map(|o| o.parameter.unit().as_str()))),
            (
                "flag",
                REQUIRED,
                "quality as in QARTOD: 1 pass, 2 not evaluated, 3 suspect, 4 fail, 9 missing; use 1 and 2",
                Arc::new(Int8Array::from_iter_values(records().map(|o| o.flag.code() as i8))),
            ),
            (
                "mark",
                OPTIONAL,
                "the instrument's own mark, as sent",
                Arc::new(StringArray::from_iter(records().map(|o| o.mark.as_ref().map(|mark| mark.as_str())))),
            ),
            ("status", REQUIRED, "provisional, reviewed or final", texts(records().map(|o| o.status.as_str()))),
            (
                "revision",
                REQUIRED,
                "1 for the first value published, one more for each change",
                Arc::new(Int32Array::from_iter_values(
                    observations.iter().map(|o| i32::try_from(o.revision).unwrap_or(i32::MAX)),
                )),
            ),
            (
                "n",
                OPTIONAL,
                "usable values that an aggregate was made of",
                Arc::new(Int32Array::from_iter(records().map(|o| count(o.n)))),
            ),
            (
                "expected",
                OPTIONAL,
                "values that a complete period has",
                Arc::new(Int32Array::from_iter(records().map(|o| count(o.expected)))),
            ),
            ("rules", REQUIRED, "ids of the rules applied, separated by spaces", texts(records().map(|o| &o.rules))),
            (
                "published",
                REQUIRED,
                "when this revision was published",
                instants(observations.iter().map(|o| o.at), "UTC"),
            ),
            (
                "simulated",
                REQUIRED,
                "true for a station that is not real",
                Arc::new(BooleanArray::from_iter(records().map(|o| Some(simulated(&o.station))))),
            ),
        ],
    )
}
