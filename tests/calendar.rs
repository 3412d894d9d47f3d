//! Working days against an independent list, chinesecalendar of PyPI.

use std::process::Command;

use chrono::NaiveDate;
use limpid_model::workdays::Calendar;

use crate::python::{Python, run};

const PACKAGES: [&str; 1] = ["chinesecalendar==1.11.0"];
const SCRIPT: &str = "
import datetime, json, chinese_calendar
day, days = datetime.date(2022, 1, 1), []
while day <= datetime.date(2026, 12, 31):
    if chinese_calendar.is_workday(day):
        days.append(day.isoformat())
    day += datetime.timedelta(days=1)
print(json.dumps(days))
";

#[test]
fn every_working_day_of_five_years_is_one_elsewhere_too() {
    let python = Python::with("chinesecalendar", &PACKAGES).program("python");
    let said = run(Command::new(python).args(["-c", SCRIPT]));
    let theirs: Vec<NaiveDate> = serde_json::from_str(&said).unwrap();
    let first: NaiveDate = "2022-01-01".parse().unwrap();
    let last: NaiveDate = "2026-12-31".parse().unwrap();
    let calendar = Calendar::china();
    let ours: Vec<NaiveDate> =
        first.iter_days().take_while(|day| *day <= last).filter(|day| calendar.is_working(*day)).collect();
    assert_eq!(ours, theirs);
    assert!(calendar.knows(first, last));
    // Deadlines of twenty working days from every day, by the place in their list.
    let last_event: NaiveDate = "2026-11-20".parse().unwrap();
    for event in first.iter_days().take_while(|day| *day <= last_event) {
        let due = theirs[theirs.partition_point(|day| *day <= event) + 19];
        assert_eq!(calendar.add_working_days(event, 20).unwrap().date, due, "20 working days after {event}");
    }
}
