//! Where a file has what, in any of the layouts.

use limpid_model::Reason;

use crate::formats::Fault;
use crate::formats::fields::Fields;

/// What is read of a result.
#[derive(Debug, Clone, Copy)]
pub(super) enum Column {
    Station,
    Date,
    Time,
    Zone,
    Media,
    Characteristic,
    Fraction,
    Condition,
    Value,
    Unit,
    // What follows may be missing in a file.
    Speciation,
    Activity,
    Depth,
    DepthUnit,
    Qualifier,
    Status,
    Statistic,
    Method,
    LimitType,
    Limit,
    LimitUnit,
}

/// Names of each column, in the order of [`Column`]: in WQX 3.0 first, then in WQX 2.
const NAMES: [&[&str]; 21] = [
    &["Location_Identifier", "MonitoringLocationIdentifier"],
    &["Activity_StartDate", "ActivityStartDate"],
    &["Activity_StartTime", "ActivityStartTime/Time"],
    &["Activity_StartTimeZone", "ActivityStartTime/TimeZoneCode"],
    &["Activity_Media", "ActivityMediaName"],
    &["Result_Characteristic", "CharacteristicName"],
    &["Result_SampleFraction", "ResultSampleFractionText"],
    &["Result_ResultDetectionCondition", "ResultDetectionConditionText"],
    &["Result_Measure", "ResultMeasureValue"],
    &["Result_MeasureUnit", "ResultMeasure/MeasureUnitCode"],
    &["Result_MethodSpeciation", "MethodSpeciationName", "MethodSpecificationName"],
    &["Activity_TypeCode", "ActivityTypeCode"],
    &["Activity_DepthHeightMeasure", "ActivityDepthHeightMeasure/MeasureValue"],
    &["Activity_DepthHeightMeasureUnit", "ActivityDepthHeightMeasure/MeasureUnitCode"],
    &["Result_MeasureQualifierCode", "MeasureQualifierCode"],
    &["Result_MeasureStatusIdentifier", "ResultStatusIdentifier"],
    &["Result_StatisticalBase", "StatisticalBaseCode"],
    &["ResultAnalyticalMethod_Identifier", "ResultAnalyticalMethod/MethodIdentifier"],
    &["DetectionLimit_TypeA", "DetectionQuantitationLimitTypeName"],
    &["DetectionLimit_MeasureA", "DetectionQuantitationLimitMeasure/MeasureValue"],
    &["DetectionLimit_MeasureUnitA", "DetectionQuantitationLimitMeasure/MeasureUnitCode"],
];

/// How many of [`NAMES`] a file must have.
const REQUIRED: usize = Column::Unit as usize + 1;

/// Where each column stands.
pub(super) struct Columns([Option<usize>; NAMES.len()]);

impl Columns {
    /// Finds the columns in a header that was split. R writes `.` where WQX 2 has `/`: that is the same name.
    pub(super) fn find(header: &Fields) -> Result<Self, Fault> {
        let mut at = [None; NAMES.len()];
        for (place, name) in header.iter().enumerate() {
            let name = name.replace('.', "/");
            let Some(column) = NAMES.iter().position(|names| names.contains(&name.as_str())) else { continue };
            if at[column].replace(place).is_some() {
                let detail = format!("column `{}` stands twice", NAMES[column].join("` or `"));
                return Err(Fault::new(Reason::Damaged, detail).field(NAMES[column][0]));
            }
        }
        if let Some(missing) = (0..REQUIRED).find(|column| at[*column].is_none()) {
            let detail = format!("column `{}` is missing", NAMES[missing].join("` or `"));
            return Err(Fault::new(Reason::Damaged, detail).field(NAMES[missing][0]));
        }
        Ok(Self(at))
    }

    /// The cell of a line that was split; empty where the file has no such column.
    pub(super) fn get<'f>(&self, line: &'f Fields, column: Column) -> &'f str {
        self.0[column as usize].map_or("", |at| line.get(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_column_has_the_last_names() {
        assert_eq!(Column::LimitUnit as usize + 1, NAMES.len());
        assert_eq!(NAMES[Column::Unit as usize][0], "Result_MeasureUnit");
        assert_eq!(NAMES[Column::Method as usize][0], "ResultAnalyticalMethod_Identifier");
    }
}
