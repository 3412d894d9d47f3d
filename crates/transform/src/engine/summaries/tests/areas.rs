//! The waters and the noise of an area.

use limpid_model::summary::{AreaNoise, AreaWater};
use limpid_model::{Part, Period, Subject, SummaryBody};

use super::*;

const WATERS: &str = "id,kind,name_zh,name_en,lat,lon,area,class,body,drinking,drawn\n\
     R1,water,一,One,40,116,qing,III,river,,\nR2,water,二,Two,40,116,qing,III,river,true,900\n\
     R3,water,三,Three,40,116,qing,III,river,true,300\nR4,water,四,Four,40,116,qing,III,river,,\n\
     R5,water,五,Five,40,116,qing,III,river,,\nR6,water,六,Six,40,116,qing,III,river,,\n\
     L1,water,七,Seven,40,116,qing,III,lake,,\nL2,water,八,Eight,40,116,qing,III,lake,,\n\
     N1,noise,九,Nine,40,116,town,2,,,\nN2,noise,十,Ten,40,116,town,2,,,\n";

fn waters() -> Arc<Pipeline> {
    let pipeline = "[publisher]\nid = \"test\"\nname = \"T\"\nzone = \"Asia/Shanghai\"\n".to_owned();
    Arc::new(Pipeline::parse(&Files { pipeline, stations: WATERS.to_owned() }).unwrap())
}

/// One sample of the five items in January, of class II but for phosphorus.
async fn sample(journal: &Arc<dyn Journal>, station: &str, phosphorus: f64) {
    for (parameter, value) in [("ph", 7.5), ("do", 6.5), ("codmn", 3.2), ("nh3n", 0.3), ("tp", phosphorus)] {
        send(journal, station, reading(parameter, Period::Moment, at("2026-01-10T02:00:00Z"), Some(value), "")).await;
    }
}

async fn of_january(journal: &Arc<dyn Journal>, area: &str, kind: &str) -> SummaryBody {
    let mut found = found(journal, Subject::Area(area.to_owned()), kind, Period::Month).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, at("2025-12-31T16:00:00Z"));
    found.remove(0).1
}

#[tokio::test]
async fn rivers_are_graded_by_shares_lakes_by_means_and_sources_counted_and_weighed() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    // Of rivers 0.1 is class II, 0.2 III, 0.4 V and 0.5 worse; R6 has no sample.
    for (station, phosphorus) in [("R1", 0.1), ("R2", 0.1), ("R3", 0.4), ("R4", 0.2), ("R5", 0.1)] {
        sample(&journal, station, phosphorus).await;
    }
    // Of lakes 0.02 is class II and 0.09 IV; their mean, 0.055, is IV too.
    sample(&journal, "L1", 0.02).await;
    sample(&journal, "L2", 0.09).await;
    history(waters(), journal.clone(), None, |_, _| {}).await.unwrap();
    let SummaryBody::Water(AreaWater { bodies, sources, .. }) = of_january(&journal, "qing", "water").await else {
        panic!("no summary of waters");
    };
    let [rivers, lakes] = &bodies[..] else { panic!("{bodies:?}") };
    // Four of five sections have class I to III: 80 %, good.
    assert_eq!((rivers.grade, rivers.class, rivers.by.as_str()), (Some(2), None, "shares"));
    assert_eq!(
        (rivers.n, rivers.expected, rivers.good_percent, rivers.inferior_percent),
        (5, 6, Some(80.0), Some(0.0))
    );
    let sections: Vec<_> = rivers.sections.iter().map(|one| (one.station.as_str(), one.class, one.grade)).collect();
    assert_eq!(sections, [("R1", 2, 1), ("R2", 2, 1), ("R3", 5, 4), ("R4", 3, 2), ("R5", 2, 1)]);
    assert_eq!((lakes.grade, lakes.class, lakes.by.as_str(), lakes.n), (Some(3), Some(4), "mean", 2));
    let sources = sources.unwrap();
    assert_eq!((sources.met, sources.n, sources.expected), (1, 2, 2));
    assert_eq!((sources.met_percent, sources.volume_percent), (50.0, Some(75.0)), "900 of 1,200");

    // A correction changes the grade: five of five.
    sample(&journal, "R3", 0.2).await;
    crate::engine::catch_up(waters(), journal.clone()).await.unwrap();
    catch_up(&waters(), &journal).await.unwrap();
    let SummaryBody::Water(after) = of_january(&journal, "qing", "water").await else { panic!() };
    assert_eq!((after.bodies[0].grade, after.sources.unwrap().met), (Some(1), 2));
}

#[tokio::test]
async fn noise_is_rated_by_class_and_its_mean_graded() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    for day in 0..31 {
        let start = at("2025-12-31T16:00:00Z") + Duration::days(day);
        let loud = if day < 4 { 61.0 } else { 58.0 };
        for (station, parameter, value) in
            [("N1", "ld", loud), ("N1", "ln", 49.0), ("N2", "ld", 62.0), ("N2", "ln", 55.0)]
        {
            send(&journal, station, reading(parameter, Period::Day, start, Some(value), "")).await;
        }
    }
    history(waters(), journal.clone(), None, |_, _| {}).await.unwrap();
    let SummaryBody::Noise(AreaNoise { classes, levels, .. }) = of_january(&journal, "town", "noise").await else {
        panic!("no summary of noise");
    };
    // Zone 2: 60 dB by day, 50 by night.
    let rates: Vec<_> = classes
        .iter()
        .map(|one| (one.class.as_str(), one.part, one.stations, one.met, one.n, one.expected, one.met_percent))
        .collect();
    let expected = [("2", Part::Day, 2, 27, 62, 62, Some(43.5)), ("2", Part::Night, 2, 31, 62, 62, Some(50.0))];
    assert_eq!(rates, expected);
    // 27 days at 58 and 4 at 61 are 58.5 dB; with 62 that is 60.3 (HJ 640: up to 65, grade 4); 49 and 55 are 52 (up to 55).
    let graded: Vec<_> = levels.iter().map(|one| (one.part, one.mean, one.grade, one.n, one.expected)).collect();
    assert_eq!(graded, [(Part::Day, 60.3, 4, 2, 2), (Part::Night, 52.0, 4, 2, 2)]);
}
