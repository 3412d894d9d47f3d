//! Values below their limit of detection: the limit is published, a part of it counts.

use chrono::Duration;
use limpid_model::review::Decision;
use limpid_model::{ParameterId, Period, Reading, Record, Review, StationId, Statistic};

use super::replay::{accept, open, published};
use super::{at, pipeline_with, reading};
use crate::engine::history;

#[tokio::test]
async fn half_the_limit_counts_from_the_sample_to_the_class_of_the_year() {
    // pH, oxygen and the rest of a river of class II but for phosphorus: 0.3 is class IV, of which half, 0.15, is class III.
    for (setting, hour, month, level) in
        [("", 0.15, 0.15, 3), ("factor = 1.0", 0.3, 0.3, 4), ("factor = 0", 0.0, 0.0, 2)]
    {
        let section = if setting.is_empty() {
            String::new()
        } else {
            format!("[[validation.limit]]\nstation = \"W1\"\nparameter = \"tp\"\ncheck = \"detection\"\n{setting}\n")
        };
        let folder = tempfile::tempdir().unwrap();
        let journal = open(folder.path());
        for (number, (parameter, value, mark)) in
            [("ph", 7.5, ""), ("do", 6.5, ""), ("codmn", 3.2, ""), ("nh3n", 0.3, ""), ("tp", 0.3, "<N")]
                .into_iter()
                .enumerate()
        {
            let station = StationId::parse("W1").unwrap();
            let start = at("2026-03-10T02:20:00Z");
            let reading = Reading { station, ..reading(parameter, Period::Moment, start, Some(value), mark) };
            accept(&journal, number, reading, start).await;
        }
        let pipeline = pipeline_with("Asia/Shanghai", &section);
        history(pipeline, journal.clone(), None, |_, _| {}).await.unwrap();
        let all = published(&journal).await;
        let one = |period| {
            let found = all.values().find_map(|record| match record {
                Record::Observation(one) if (one.parameter.as_str(), one.period) == ("tp", period) => Some(one),
                _ => None,
            });
            let one = found.unwrap();
            (one.value, one.flag.code(), one.mark.map(|mark| mark.as_str().to_owned()), one.rules.as_str())
        };
        // As sent it is the limit with its mark, whatever is counted.
        assert_eq!(one(Period::Moment), (Some(0.3), 1, Some("<N".into()), "below-limit mark range"));
        assert_eq!(one(Period::Hour), (Some(hour), 1, None, "hour-sample-mean below-limit"));
        assert_eq!(one(Period::Day), (Some(hour), 1, None, "day-sample-mean below-limit"));
        assert_eq!(one(Period::Month), (Some(month), 1, None, "month-sample-mean below-limit"));
        let levels: Vec<_> = all
            .values()
            .filter_map(|record| match record {
                Record::Assessment(one) if one.scheme.id == "gb3838-2002" && one.level.is_some() => one.level,
                _ => None,
            })
            .collect();
        assert_eq!(levels, [level; 3], "of the hour, the day and the month");
    }
}

#[tokio::test]
async fn an_hour_and_a_day_as_sent_count_by_a_part_too_and_a_reviewer_does_not_change_that() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let midnight = at("2026-03-09T16:00:00Z");
    for hour in 0..24 {
        let mark = if hour < 12 { "<" } else { "" };
        let reading = reading("so2", Period::Hour, midnight + Duration::hours(hour), Some(4.0), mark);
        accept(&journal, hour as usize, reading, midnight).await;
    }
    let review = Review {
        id: 0,
        at: midnight,
        who: "Li".into(),
        why: "looked at".into(),
        station: StationId::parse("S1").unwrap(),
        parameters: vec![ParameterId::known("so2")],
        from: midnight,
        to: midnight + Duration::hours(3),
        decision: Decision::Accept,
    };
    journal.keep_review(review).await.unwrap();
    history(pipeline_with("Asia/Shanghai", ""), journal.clone(), None, |_, _| {}).await.unwrap();
    let all = published(&journal).await;
    let day = all.values().find_map(|record| match record {
        Record::Observation(one) if one.period == Period::Day && one.statistic == Statistic::Mean => Some(one),
        _ => None,
    });
    // Twelve hours at 2 and twelve at 4.
    let day = day.unwrap();
    assert_eq!((day.value, day.rules.as_str()), (Some(3.0), "day-mean below-limit"));
    let sent = all.values().filter(|record| matches!(record, Record::Observation(one) if one.mark.is_some()));
    assert!(sent.clone().count() == 12);
    for record in sent {
        let Record::Observation(one) = record else { continue };
        assert_eq!((one.value, one.flag.code()), (Some(4.0), 1));
    }
}
