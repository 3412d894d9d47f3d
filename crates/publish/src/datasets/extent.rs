//! Where and when the rows of a release are from, as catalogs say it.

use chrono::{Months, NaiveDate};
use limpid_model::{Pipeline, Station};
use limpid_store::lake::Resource;

/// The first and the last day of the months that there are files of; `None` for rows without a time.
pub fn temporal(resources: &[Resource]) -> Option<(NaiveDate, NaiveDate)> {
    let months = || resources.iter().filter_map(|resource| month(&resource.path));
    let last = months().max()? + Months::new(1);
    Some((months().min()?, last.pred_opt()?))
}

/// The first day of the month in a path such as `year=2026/month=11/….parquet`.
fn month(path: &str) -> Option<NaiveDate> {
    let mut segments = path.split('/');
    let year = segments.next()?.strip_prefix("year=")?.parse().ok()?;
    let month = segments.next()?.strip_prefix("month=")?.parse().ok()?;
    NaiveDate::from_ymd_opt(year, month, 1)
}

/// West, south, east and north of all stations, degrees, WGS 84; `None` without a station.
pub fn bounds(pipeline: &Pipeline) -> Option<[f64; 4]> {
    bounds_of(pipeline.stations.iter())
}

/// The same of some stations.
pub fn bounds_of<'a>(stations: impl Iterator<Item = &'a Station>) -> Option<[f64; 4]> {
    stations.fold(None, |bounds, station| {
        let [west, south, east, north] = bounds.unwrap_or([station.lon, station.lat, station.lon, station.lat]);
        Some([west.min(station.lon), south.min(station.lat), east.max(station.lon), north.max(station.lat)])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_read_from_paths() {
        assert_eq!(month("year=2026/month=11/a.parquet"), NaiveDate::from_ymd_opt(2026, 11, 1));
        assert_eq!(month("a.parquet"), None);
        assert_eq!(month("year=2026/month=13/a.parquet"), None);
    }
}
