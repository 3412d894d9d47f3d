//! Topics: `limpid/v1/{publisher}/…`, described in `docs/asyncapi.yaml`.

use limpid_model::{Happening, Period, Pipeline, Record, StationId, Subject};

use crate::board::Snapshot;

/// The topic of what happened, and whether it is the newest there and retained; `None` for a station that the registry does
/// not have any more.
pub fn of(happening: &Happening, pipeline: &Pipeline, board: &Snapshot) -> Option<(String, bool)> {
    let root = format!("limpid/v1/{}", pipeline.publisher.id);
    let station = |id: &StationId| {
        let kind = pipeline.stations.get(id)?.kind;
        Some(format!("{root}/{}/{id}", kind.as_str()))
    };
    Some(match happening {
        Happening::Record(published) => match &published.record {
            Record::Observation(record) => {
                let place = format!("{}/{}", station(&record.station)?, record.parameter.as_str());
                let newest = board.station(&record.station).and_then(|now| {
                    now.values
                        .iter()
                        .find(|value| value.parameter() == record.parameter)
                        .map(|value| value.published.record.end)
                });
                let last = newest.is_none_or(|newest| newest <= record.end);
                match record.period {
                    Period::Moment | Period::Minutes(_) | Period::Hour => (place, last),
                    // Days and longer beside the values of the present, not in their place.
                    period => (format!("{place}/{period}/{}", record.statistic.as_str()), false),
                }
            }
            Record::Assessment(record) => {
                let place = station(&record.station)?;
                (format!("{place}/assessment/{}/{}", record.scheme.id, record.period), false)
            }
        },
        Happening::Forecast(forecast) => match &forecast.subject {
            Subject::Station(id) => (format!("{}/forecast", station(id)?), true),
            Subject::Area(name) => (format!("{root}/area/{}/forecast", level(name)), true),
        },
        Happening::Level(change) => (format!("{}/level", station(&change.station)?), true),
        Happening::Alert(_) => (format!("{root}/alert"), false),
        Happening::Release(release) => (format!("{root}/release/{}", release.dataset), true),
        Happening::Freshness(change) => (format!("{root}/freshness/{}", change.publication), true),
    })
}

/// A name as one level of a topic (MQTT 5.0, 4.7): without what separates levels or stands for any.
fn level(name: &str) -> String {
    name.chars().map(|letter| if matches!(letter, '/' | '+' | '#' | '\0') { '_' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use limpid_model::Published;

    use super::*;
    use crate::testing::{Service, at, county, hour, value_of};

    #[tokio::test]
    async fn a_value_has_a_topic_of_its_own_and_only_the_newest_is_retained() {
        let service = Service::with(county()).await;
        let board = service.app.board.now();
        let topic = |record: limpid_model::Observation| {
            let published = Published { seq: 1, at: at("2026-11-25T01:00:00Z"), revision: 1, record: record.into() };
            of(&Happening::Record(Box::new(published)), &service.pipeline, &board).unwrap()
        };
        let place = "limpid/v1/changning/air/S1/pm25";
        for (end, retained) in
            [("2026-11-25T00:00:00Z", false), ("2026-11-25T01:00:00Z", true), ("2026-11-25T02:00:00Z", true)]
        {
            assert_eq!(topic(hour("S1", "pm25", end, 1.0)), (place.to_owned(), retained), "{end}");
        }
        let day = topic(value_of("S1", "pm25", Period::Day, "2026-11-25T16:00:00Z", 1.0));
        assert_eq!(day, (format!("{place}/P1D/mean"), false));
        assert_eq!(topic(hour("W1", "ph", "2026-11-25T02:00:00Z", 7.0)).0, "limpid/v1/changning/water/W1/ph");
        assert_eq!(level("a/b+c#d"), "a_b_c_d");
    }
}
