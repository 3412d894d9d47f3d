//! Which hours of which parameters are owed.

use limpid_model::{StationKind, Zone};

use super::*;
use crate::gaps::expected::{floor, slots};

#[test]
fn what_the_registry_names_is_owed_and_nothing_else() {
    let pipeline = pipeline("Asia/Shanghai", "pm25 o3", "");
    let hours = [sent("S1", "pm25", hour(0)), sent("S1", "no2", hour(0)), sent("S1", "o3", hour(1))];
    assert_eq!(gaps_of(&pipeline, &hours, &standing(), (0, 2)), ["o3 0-1 station_silent", "pm25 1-2 station_silent"]);
}

#[test]
fn without_a_plan_what_was_sent_within_thirty_days_is_owed() {
    let pipeline = pipeline("Asia/Shanghai", "", "");
    assert!(gaps_of(&pipeline, &[], &standing(), (0, 48)).is_empty());
    // 30 days are 720 hours: of a value that starts at -718 the hour -718+719 = 1 is the last that is owed.
    let hours = [sent("S1", "pm25", hour(-718)), sent("S1", "o3", hour(1))];
    assert_eq!(gaps_of(&pipeline, &hours, &standing(), (0, 4)), ["o3 2-4 station_silent", "pm25 0-2 station_silent"]);
    // A value that is sent as missing shows that the instrument is still there.
    let missing = Observation { value: None, flag: Flag::Missing, mark: None, ..sent("S1", "so2", hour(0)) };
    assert_eq!(gaps_of(&pipeline, &[missing], &standing(), (0, 2)), ["so2 0-1 sent_missing", "so2 1-2 station_silent"]);
}

#[test]
fn days_of_23_and_25_hours_owe_as_many() {
    let count = |zone: &str, from: &str, to: &str| {
        let pipeline = pipeline(zone, "pm25", "");
        let links = standing();
        let case = case(&pipeline, "S1", &[], &links, (at(from), at(to)));
        find(&case).iter().map(limpid_model::Gap::hours).sum::<i64>()
    };
    assert_eq!(count("Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"), 23);
    assert_eq!(count("Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"), 25);
    assert_eq!(count("Asia/Kolkata", "2026-11-24T18:30:00Z", "2026-11-25T18:30:00Z"), 24);
}

#[test]
fn water_owes_a_value_in_four_hours_as_long_as_it_sends_any() {
    // 2026-11-25 begins in Shanghai at hour -8.
    let pipeline = pipeline("Asia/Shanghai", "ph do", "");
    let links = standing();
    let gaps = |hours: &[Observation]| words(&case(&pipeline, "W1", hours, &links, (hour(-8), hour(16))));
    assert!(gaps(&[]).is_empty(), "a river that is sampled by hand owes no hours");
    // In every slot but the fourth; the second one's comes late in it.
    let hours = [-8, -1, 0, 8, 12].map(|n| sent("W1", "ph", hour(n)));
    assert_eq!(gaps(&hours), ["ph 4-8 station_silent"]);
}

#[test]
fn slots_of_several_hours_follow_the_calendar() {
    let zone = Zone::parse("Europe/Berlin").unwrap();
    let lengths = |from: &str, to: &str| {
        let slots = slots(StationKind::Water, zone, at(from), at(to));
        slots.iter().map(|slot| (slot.1 - slot.0).num_hours()).collect::<Vec<_>>()
    };
    assert_eq!(lengths("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"), [4, 4, 4, 4, 4, 4, 1]);
    assert_eq!(lengths("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"), [4, 4, 4, 4, 4, 3]);
    let edge = |at_text: &str| floor(StationKind::Water, zone, at(at_text));
    assert_eq!(edge("2026-10-25T22:59:59Z"), at("2026-10-25T22:00:00Z"));
    assert_eq!(edge("2026-10-25T23:00:00Z"), at("2026-10-25T23:00:00Z"));
    assert_eq!(edge("2026-11-25T12:30:00Z"), at("2026-11-25T11:00:00Z"));
    assert_eq!(floor(StationKind::Air, zone, at("2026-11-25T12:30:00Z")), at("2026-11-25T12:00:00Z"));
}
