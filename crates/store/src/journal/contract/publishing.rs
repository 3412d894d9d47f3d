//! Laws of publishing.

use chrono::Duration;
use limpid_model::{
    Assessment, Compared, Compliance, Flag, Mark, Met, Observation, Part, Period, Published, ReceiptId, Record, Scheme,
    Statistic, Status,
};

use super::{Open, at, parameter, station};
use crate::journal::{AssessmentQuery, Journal, ObservationQuery, SeriesPosition};

pub(super) fn observation(station_id: &str, parameter_id: &str, hour: u32, value: f64) -> Observation {
    let start = at("2026-11-25T00:00:00Z") + Duration::hours(hour.into());
    Observation {
        station: station(station_id),
        parameter: parameter(parameter_id),
        period: Period::Hour,
        statistic: Statistic::Mean,
        start,
        end: start + Duration::hours(1),
        value: Some(value),
        flag: Flag::Pass,
        mark: None,
        status: Status::Provisional,
        n: Some(60),
        expected: Some(60),
        revised: Vec::new(),
        rules: "range hour-mean".into(),
        from: None,
    }
}

pub(super) fn assessment(station_id: &str, hour: u32, index: u16) -> Assessment {
    let start = at("2026-11-25T00:00:00Z") + Duration::hours(hour.into());
    Assessment {
        station: station(station_id),
        scheme: Scheme::parse("hj633-2026").unwrap(),
        period: Period::Hour,
        start,
        end: start + Duration::hours(1),
        index: Some(index),
        level: Some(1),
        primary: Vec::new(),
        sub: vec![(parameter("pm25"), Some(index)), (parameter("o3"), None)],
        reason: None,
        status: Status::Provisional,
        event: false,
        compliance: None,
    }
}

pub(super) fn all() -> ObservationQuery {
    ObservationQuery {
        stations: Vec::new(),
        parameters: Vec::new(),
        period: Period::Hour,
        statistic: Statistic::Mean,
        from: at("2026-11-25T00:00:00Z"),
        to: at("2026-11-27T00:00:00Z"),
        as_of: None,
        after: None,
        limit: 1000,
    }
}

pub(super) fn all_assessments() -> AssessmentQuery {
    let ObservationQuery { stations, period, from, to, as_of, after, limit, .. } = all();
    AssessmentQuery { stations, scheme: "hj633-2026".into(), period, from, to, as_of, after, limit }
}

async fn publish_one(journal: &dyn Journal, record: impl Into<Record>) -> Option<Published> {
    let mut published = journal.publish(vec![record.into()], None).await.unwrap();
    assert!(published.len() <= 1);
    published.pop()
}

pub async fn only_what_differs_is_published(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let records = |values: [f64; 3]| -> Vec<Record> {
        (0..).zip(values).map(|(hour, value)| observation("S1", "pm25", hour, value).into()).collect()
    };
    let first = journal.publish(records([1.0, 2.0, 3.0]), None).await.unwrap();
    assert_eq!(first.iter().map(|p| p.revision).collect::<Vec<_>>(), [1, 1, 1]);
    assert!(first.is_sorted_by(|a, b| a.seq < b.seq));
    assert!(journal.publish(records([1.0, 2.0, 3.0]), None).await.unwrap().is_empty());
    let second = journal.publish(records([1.0, 2.5, 3.0]), None).await.unwrap();
    assert_eq!(
        second.iter().map(|p| (p.revision, p.record.clone())).collect::<Vec<_>>(),
        [(2, records([1.0, 2.5, 3.0])[1].clone())]
    );
    assert!(second[0].seq > first[2].seq && second[0].at >= first[2].at);
    // The same record twice in one call is one revision; two values are two.
    let twice = vec![
        observation("S2", "o3", 5, 1.0).into(),
        observation("S2", "o3", 5, 1.0).into(),
        observation("S2", "o3", 5, 2.0).into(),
    ];
    let twice = journal.publish(twice, None).await.unwrap();
    assert_eq!(twice.iter().map(|p| p.revision).collect::<Vec<_>>(), [1, 2]);
    let tail = journal.published_tail(0, 100).await.unwrap();
    assert_eq!(tail, [first, second, twice].concat());
    assert_eq!(*journal.published().borrow(), tail.last().unwrap().seq);
    journal.close().await.unwrap();
    let journal = open(folder.path());
    assert_eq!(journal.published_tail(0, 100).await.unwrap(), tail);
    assert_eq!(*journal.published().borrow(), tail.last().unwrap().seq);
    assert!(journal.publish(records([1.0, 2.5, 3.0]), None).await.unwrap().is_empty());
}

pub async fn each_figure_of_a_record_makes_a_difference(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let mut now = observation("S1", "pm25", 1, 0.0);
    publish_one(&*journal, now.clone()).await.unwrap();
    // The receipt behind it is not a figure.
    now.from = Some(ReceiptId::new(at("2026-11-25T00:00:00Z"), 7));
    assert_eq!(publish_one(&*journal, now.clone()).await, None);
    let changes: [fn(&mut Observation); 10] = [
        |o| o.value = Some(-0.0),
        |o| o.value = None,
        |o| o.flag = Flag::Missing,
        |o| o.mark = Mark::parse("D"),
        |o| o.status = Status::Reviewed,
        |o| o.status = Status::Final,
        |o| o.n = None,
        |o| o.expected = Some(61),
        |o| o.rules = String::new(),
        |o| o.end += Duration::microseconds(1),
    ];
    for (change, revision) in changes.into_iter().zip(2..) {
        change(&mut now);
        let published = publish_one(&*journal, now.clone()).await.unwrap();
        assert_eq!((published.revision, &published.record), (revision, &Record::Observation(now.clone())));
        assert_eq!(publish_one(&*journal, now.clone()).await, None);
    }
    assert_eq!(journal.observations(all()).await.unwrap().last().unwrap().record, now);
    let mut now = assessment("S1", 1, 34);
    publish_one(&*journal, now.clone()).await.unwrap();
    let changes: [fn(&mut Assessment); 6] = [
        |a| a.level = Some(2),
        |a| a.primary = vec![parameter("pm25"), parameter("o3")],
        |a| a.sub[1].1 = Some(3),
        |a| a.index = None,
        |a| a.reason = Some("missing".into()),
        |a| a.status = Status::Final,
    ];
    for (change, revision) in changes.into_iter().zip(2..) {
        change(&mut now);
        assert_eq!(publish_one(&*journal, now.clone()).await.unwrap().revision, revision);
        assert_eq!(publish_one(&*journal, now.clone()).await, None);
    }
    assert_eq!(journal.assessments(all_assessments()).await.unwrap()[0].record, now);
}

pub async fn the_cursor_moves_with_the_records(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    assert_eq!(journal.cursor("engine").await.unwrap(), 0);
    journal.publish(vec![observation("S1", "pm25", 1, 1.0).into()], Some(("engine", 7))).await.unwrap();
    assert_eq!(journal.cursor("engine").await.unwrap(), 7);
    // Nothing new to publish still moves it, and another name is another cursor.
    journal.publish(vec![observation("S1", "pm25", 1, 1.0).into()], Some(("engine", 9))).await.unwrap();
    journal.publish(Vec::new(), Some(("other", 3))).await.unwrap();
    // Whoever sees a record sees the cursor that came with it, under load and at every moment.
    let writer = tokio::spawn({
        let journal = journal.clone();
        async move {
            for step in 1..200_u32 {
                let record = observation("S2", "pm25", step, f64::from(step)).into();
                journal.publish(vec![record], Some(("step", step.into()))).await.unwrap();
            }
        }
    });
    loop {
        let seen = journal.published_tail(1, 1000).await.unwrap().len() as u64;
        let cursor = journal.cursor("step").await.unwrap();
        assert!(cursor >= seen, "{seen} records are there, the cursor stands at {cursor}");
        if seen == 199 {
            break;
        }
    }
    writer.await.unwrap();
    journal.close().await.unwrap();
    let journal = open(folder.path());
    let cursors = [journal.cursor("engine").await.unwrap(), journal.cursor("other").await.unwrap()];
    assert_eq!(cursors, [9, 3]);
}

pub async fn pages_join_without_loss_or_repetition(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let mut records: Vec<Record> = Vec::new();
    // "A" sorts before "A.", that before "AB"; no2 before o3 before pm10 as text.
    for name in ["AB", "A", "A.", "a"] {
        for parameter in ["pm10", "o3", "no2"] {
            records.extend([4, 0, 2, 3].map(|hour| observation(name, parameter, hour, 1.0).into()));
        }
        records.extend([1, 0].map(|hour| assessment(name, hour, 50).into()));
    }
    journal.publish(records, None).await.unwrap();
    let corrections = ["A", "a"].map(|name| observation(name, "o3", 2, 9.0).into());
    journal.publish(corrections.to_vec(), None).await.unwrap();
    let whole = journal.observations(all()).await.unwrap();
    let keys: Vec<_> = whole
        .iter()
        .map(|p| (p.record.station.as_str().to_owned(), p.record.parameter.as_str(), p.record.start))
        .collect();
    assert!(keys.is_sorted_by(|a, b| a < b), "{keys:?}");
    assert_eq!(keys.len(), 4 * 3 * 4);
    assert_eq!(whole.iter().filter(|p| p.revision == 2 && p.record.value == Some(9.0)).count(), 2);
    for limit in 1..=49 {
        let (mut after, mut joined) = (None, Vec::new());
        loop {
            let page = journal.observations(ObservationQuery { after, limit, ..all() }).await.unwrap();
            let Some(last) = page.last() else { break };
            assert!(page.len() <= limit);
            let Observation { station, parameter, start, .. } = &last.record;
            after = Some(SeriesPosition { station: station.clone(), parameter: Some(*parameter), start: *start });
            joined.extend(page);
        }
        assert!(joined == whole, "pages of {limit}");
    }
    let judged = journal.assessments(all_assessments()).await.unwrap();
    let names: Vec<_> = judged.iter().map(|p| p.record.station.as_str()).collect();
    assert_eq!(names, ["A", "A", "A.", "A.", "AB", "AB", "a", "a"]);
    for limit in 1..=9 {
        let (mut after, mut joined) = (None, Vec::new());
        loop {
            let page = journal.assessments(AssessmentQuery { after, limit, ..all_assessments() }).await.unwrap();
            let Some(last) = page.last() else { break };
            let Assessment { station, start, .. } = &last.record;
            after = Some(SeriesPosition { station: station.clone(), parameter: None, start: *start });
            joined.extend(page);
        }
        assert!(joined == judged, "pages of {limit}");
    }
    // Filters narrow and keep the order.
    let some = ObservationQuery {
        stations: vec![station("a"), station("A")],
        parameters: vec![parameter("pm10"), parameter("no2")],
        from: at("2026-11-25T02:00:00Z"),
        to: at("2026-11-25T04:00:00Z"),
        ..all()
    };
    let some: Vec<_> = journal.observations(some).await.unwrap();
    let expected: Vec<_> = whole
        .into_iter()
        .filter(|p| ["a", "A"].contains(&p.record.station.as_str()) && p.record.parameter.as_str() != "o3")
        .filter(|p| ["2026-11-25T02:00:00Z", "2026-11-25T03:00:00Z"].map(at).contains(&p.record.start))
        .collect();
    assert_eq!(some, expected);
    let days = ObservationQuery { period: Period::Day, ..all() };
    assert!(journal.observations(days).await.unwrap().is_empty());
    let largest = ObservationQuery { statistic: Statistic::Max8h, ..all() };
    assert!(journal.observations(largest).await.unwrap().is_empty());
}

pub async fn as_of_shows_what_was_published_by_then(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let mut times = Vec::new();
    for index in [10, 20, 30] {
        let first = publish_one(&*journal, observation("S1", "pm25", 1, f64::from(index))).await.unwrap();
        let second = publish_one(&*journal, assessment("S1", 1, index)).await.unwrap();
        assert!(first.at <= second.at);
        times.push((first.at, second.at));
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    for (as_of, value) in [
        (times[0].0 - Duration::microseconds(1), None),
        (times[0].1, Some((1, 10))),
        (times[1].0 - Duration::microseconds(1), Some((1, 10))),
        (times[1].1, Some((2, 20))),
        (times[2].1 + Duration::days(1), Some((3, 30))),
    ] {
        let as_of = Some(as_of);
        let observed = journal.observations(ObservationQuery { as_of, ..all() }).await.unwrap();
        let observed: Option<_> = observed.first().map(|p| (p.revision, p.record.value.unwrap() as u16));
        let assessed = journal.assessments(AssessmentQuery { as_of, ..all_assessments() }).await.unwrap();
        let assessed: Option<_> = assessed.first().map(|p| (p.revision, p.record.index.unwrap()));
        assert_eq!((observed, assessed), (value, value), "{as_of:?}");
    }
}

pub async fn newest_gives_one_record_of_each_series(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let mut records: Vec<Record> = Vec::new();
    for name in ["S1", "S2"] {
        records.extend([1, 3, 2].map(|hour| observation(name, "pm25", hour, 1.0).into()));
        records.push(Observation { statistic: Statistic::Max8h, ..observation(name, "pm25", 1, 1.0) }.into());
        records.extend([2, 1].map(|hour| assessment(name, hour, 50).into()));
    }
    records.push(observation("S1", "pm25", 3, 7.0).into());
    journal.publish(records, None).await.unwrap();
    let found = |since: &str| {
        let (journal, since) = (journal.clone(), at(since));
        async move {
            let mut found: Vec<_> = journal
                .newest(since)
                .await
                .unwrap()
                .into_iter()
                .map(|p| match p.record {
                    Record::Observation(o) => (
                        o.station.to_string(),
                        o.statistic.as_str(),
                        (o.start - at("2026-11-25T00:00:00Z")).num_hours(),
                        p.revision,
                    ),
                    Record::Assessment(a) => {
                        (a.station.to_string(), "index", (a.start - at("2026-11-25T00:00:00Z")).num_hours(), p.revision)
                    }
                })
                .collect();
            found.sort();
            found
        }
    };
    let row = |name: &str, what, hour, revision| (name.to_owned(), what, hour, revision);
    let expected = [
        row("S1", "index", 2, 1),
        row("S1", "max8h", 1, 1),
        row("S1", "mean", 3, 2),
        row("S2", "index", 2, 1),
        row("S2", "max8h", 1, 1),
        row("S2", "mean", 3, 1),
    ];
    assert_eq!(found("2026-11-25T00:00:00Z").await, expected);
    assert_eq!(found("2026-11-25T03:00:00Z").await, [row("S1", "mean", 3, 2), row("S2", "mean", 3, 1)]);
    assert_eq!(found("2026-11-25T03:00:00.000001Z").await, []);
}

pub async fn assessments_come_back_whole(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let whole = Assessment {
        index: Some(500),
        level: Some(6),
        primary: vec![parameter("pm10"), parameter("pm25")],
        sub: limpid_model::parameter::AIR_INDEX.map(|id| (parameter(id), Some(500))).to_vec(),
        status: Status::Reviewed,
        ..assessment("S1", 0, 0)
    };
    let empty = Assessment {
        index: None,
        level: None,
        sub: vec![(parameter("o3"), None)],
        reason: Some("missing".into()),
        ..assessment("S1", 1, 0)
    };
    let older = Assessment { scheme: Scheme::parse("hj633-2012").unwrap(), ..whole.clone() };
    let compared = Compared { parameter: parameter("codmn"), value: 7.2, limit: 6.0, multiple: Some(0.2) };
    let compliance = Compliance {
        target: Some("III".into()),
        reached: Some(false),
        part: Some(Part::Night),
        compared: vec![compared],
        apart: vec![(parameter("tn"), Some(6))],
        met: vec![Met { part: Part::Day, judged: 30, met: 29 }],
    };
    let gb3838 = Scheme::parse("gb3838-2002").unwrap();
    let class = Assessment { scheme: gb3838, compliance: Some(Box::new(compliance.clone())), ..whole.clone() };
    let records: Vec<Record> =
        vec![whole.clone().into(), empty.clone().into(), older.clone().into(), class.clone().into()];
    journal.publish(records.clone(), None).await.unwrap();
    let found: Vec<_> = journal.assessments(all_assessments()).await.unwrap().into_iter().map(|p| p.record).collect();
    assert_eq!(found, [whole, empty]);
    let query = AssessmentQuery { scheme: "hj633-2012".into(), ..all_assessments() };
    assert_eq!(journal.assessments(query).await.unwrap()[0].record, older);
    let tail: Vec<_> = journal.published_tail(0, 10).await.unwrap().into_iter().map(|p| p.record).collect();
    assert_eq!(tail, records);
    assert!(journal.publish(records, None).await.unwrap().is_empty(), "the same again is nothing new");
    let reached = Compliance { reached: Some(true), ..compliance };
    let again = Assessment { compliance: Some(Box::new(reached)), ..class };
    assert_eq!(journal.publish(vec![again.into()], None).await.unwrap()[0].revision, 2);
}

/// Observations and assessments share one sequence; a follower sees it grow without gaps that fill later.
pub async fn the_published_tail_is_in_order_under_load(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let writers: Vec<_> = (0..8_u16)
        .map(|writer| {
            let journal = journal.clone();
            tokio::spawn(async move {
                for hour in 0..20 {
                    let name = format!("S{writer}");
                    let records =
                        vec![assessment(&name, hour, writer).into(), observation(&name, "o3", hour, 1.0).into()];
                    journal.publish(records, None).await.unwrap();
                }
            })
        })
        .collect();
    let mut published = journal.published();
    let (mut after, mut seen) = (0, Vec::new());
    while seen.len() < 8 * 20 * 2 {
        let page = journal.published_tail(after, 3).await.unwrap();
        if page.is_empty() {
            tokio::time::timeout(std::time::Duration::from_secs(60), published.wait_for(|newest| *newest > after))
                .await
                .expect("every published record wakes whoever follows")
                .unwrap();
            continue;
        }
        for item in page {
            assert!(item.seq > after);
            after = item.seq;
            seen.push(item);
        }
    }
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(journal.published_tail(0, 1000).await.unwrap(), seen);
}
