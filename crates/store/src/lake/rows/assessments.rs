//! Assessments as columns.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Int8Array, Int32Array, RecordBatch, StringArray};
use limpid_model::parameter::AIR_INDEX;
use limpid_model::{Assessment, ParameterId, Published, StationId, Zone};

use super::{Column, OPTIONAL, REQUIRED, instants, table, texts};
use crate::error::Result;

/// Names of the columns of sub-indices, in the order of [`AIR_INDEX`].
const SUB: [&str; 6] = ["sub_pm25", "sub_pm10", "sub_so2", "sub_no2", "sub_co", "sub_o3"];

/// Assessments as one batch, a row each in the order given: `station scheme period start end index level primary
/// sub_pm25 sub_pm10 sub_so2 sub_no2 sub_co sub_o3 reason status revision published simulated`. Start and end are
/// microseconds with the zone's name, `published` with UTC; `simulated` says which stations are not real.
///
/// # Errors
/// [`StoreError::Io`](crate::StoreError::Io) should the columns not fit together.
pub fn assessment_rows(
    assessments: &[Published<Assessment>],
    zone: Zone,
    simulated: impl Fn(&StationId) -> bool,
) -> Result<RecordBatch> {
    let records = || assessments.iter().map(|published| &published.record);
    let primary = |a: &Assessment| a.primary.iter().map(|parameter| parameter.as_str()).collect::<Vec<_>>().join(" ");
    let mut columns: Vec<Column> = vec![
        ("station", REQUIRED, "permanent id of the station", texts(records().map(|a| a.station.as_str()))),
        ("scheme", REQUIRED, "the standard's edition", texts(records().map(|a| a.scheme.id.as_str()))),
        (
            "period",
            REQUIRED,
            "PT1H for real time, P1D for the daily report",
            texts(records().map(|a| a.period.to_string())),
        ),
        ("start", REQUIRED, "first moment of the period, inclusive", instants(records().map(|a| a.start), zone.name())),
        ("end", REQUIRED, "end of the period, exclusive", instants(records().map(|a| a.end), zone.name())),
        (
            "index",
            OPTIONAL,
            "the index; empty where the standard forbids to give one",
            Arc::new(Int32Array::from_iter(records().map(|a| a.index.map(i32::from)))),
        ),
        (
            "level",
            OPTIONAL,
            "level of the index, 1 the best",
            Arc::new(Int8Array::from_iter(records().map(|a| a.level.and_then(|level| i8::try_from(level).ok())))),
        ),
        ("primary", REQUIRED, "primary pollutants, separated by spaces", texts(records().map(primary))),
    ];
    for (name, id) in SUB.into_iter().zip(AIR_INDEX) {
        let description = "sub-index of this pollutant; empty where it is missing or was not to be measured";
        columns.push((name, OPTIONAL, description, sub(assessments, ParameterId::known(id))));
    }
    columns.extend([
        (
            "reason",
            OPTIONAL,
            "why there is no index",
            Arc::new(StringArray::from_iter(records().map(|a| a.reason.as_deref()))) as ArrayRef,
        ),
        ("status", REQUIRED, "provisional, reviewed or final", texts(records().map(|a| a.status.as_str()))),
        (
            "revision",
            REQUIRED,
            "1 for the first published, one more for each change",
            Arc::new(Int32Array::from_iter_values(
                assessments.iter().map(|a| i32::try_from(a.revision).unwrap_or(i32::MAX)),
            )),
        ),
        ("published", REQUIRED, "when this revision was published", instants(assessments.iter().map(|a| a.at), "UTC")),
        (
            "simulated",
            REQUIRED,
            "true for a station that is not real",
            Arc::new(BooleanArray::from_iter(records().map(|a| Some(simulated(&a.station))))),
        ),
    ]);
    table("station scheme period start", columns)
}

fn sub(assessments: &[Published<Assessment>], parameter: ParameterId) -> ArrayRef {
    let index = |published: &Published<Assessment>| {
        published.record.sub.iter().find(|(of, _)| *of == parameter).and_then(|(_, index)| *index).map(i32::from)
    };
    Arc::new(Int32Array::from_iter(assessments.iter().map(index)))
}
