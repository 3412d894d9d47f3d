//! Areas that lie within others.

use super::*;

const STATIONS: &str = "id,kind,name_zh,name_en,lat,lon,area\nA1,air,一,One,40,116,east\nA2,air,二,Two,40,117,east\n\
                        B1,air,三,Three,40,119,west\nC1,air,四,Four,40,119,north\n";
const CITY: &str = "[[area]]\nname = \"city\"\n[[area]]\nname = \"east\"\nwithin = \"city\"\n\
                    [[area]]\nname = \"west\"\nwithin = \"city\"\n";

/// The mean of pm25 in the first hour or on the first day, and of how many stations it is.
async fn pm25(journal: &Arc<dyn Journal>, area: &str, period: Period) -> Option<(Option<f64>, u32, u32)> {
    let found = found(journal, Subject::Area(area.into()), "index", period).await;
    let (_, SummaryBody::Index(index)) = found.into_iter().next()? else { panic!() };
    let value = index.values.iter().find(|value| value.parameter.as_str() == "pm25").unwrap();
    Some((value.value, value.n, value.expected))
}

#[tokio::test]
async fn a_city_is_the_mean_of_its_stations_and_not_of_its_counties() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let first = at("2026-05-09T16:00:00Z");
    for (station, value) in [("A1", 30.0), ("A2", 60.0), ("B1", 120.0), ("C1", 999.0)] {
        for hour in 0..24 {
            let start = first + Duration::hours(hour);
            send(&journal, station, reading("pm25", Period::Hour, start, Some(value), "")).await;
        }
    }
    history(pipeline_of("", STATIONS), journal.clone(), None, |_, _| {}).await.unwrap();
    assert_eq!(pm25(&journal, "city", Period::Hour).await, None);

    // Written later, it has what was published before.
    let city = pipeline_of(CITY, STATIONS);
    catch_up(&city, &journal).await.unwrap();
    for period in [Period::Hour, Period::Day] {
        assert_eq!(pm25(&journal, "city", period).await, Some((Some(70.0), 3, 3)), "the counties have 45 and 120");
        assert_eq!(pm25(&journal, "east", period).await, Some((Some(45.0), 2, 2)));
    }
    let months = found(&journal, Subject::Area("city".into()), "air", Period::Month).await;
    let SummaryBody::Air(AirPeriod { items, .. }) = &months[0].1 else { panic!() };
    assert_eq!((items[0].parameter.as_str(), items[0].mean, items[0].n), ("pm25", Some(70.0), 1));

    // A later value of a county is one of the city.
    send(&journal, "B1", reading("pm25", Period::Hour, first, Some(150.0), "")).await;
    crate::engine::catch_up(city.clone(), journal.clone()).await.unwrap();
    catch_up(&city, &journal).await.unwrap();
    assert_eq!(pm25(&journal, "city", Period::Hour).await, Some((Some(80.0), 3, 3)));
}
