//! An authority's time zone.

use chrono::{DateTime, Days, Duration, NaiveDate, NaiveDateTime, SecondsFormat, TimeZone};
use chrono_tz::OffsetComponents;

use super::Instant;

/// An authority's time zone: its calendar, and the offset that its answers carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone(pub chrono_tz::Tz);

impl Zone {
    /// The zone with this IANA name.
    pub fn parse(name: &str) -> Option<Self> {
        name.parse().ok().map(Self)
    }

    /// Its IANA name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The calendar day on which `at` falls.
    pub fn date_of(self, at: Instant) -> NaiveDate {
        at.with_timezone(&self.0).date_naive()
    }

    /// The first moment of `date`. Where midnight is skipped by a clock change, the first moment after it.
    pub fn start_of(self, date: NaiveDate) -> Instant {
        self.at(date.and_hms_opt(0, 0, 0).expect("midnight is a time of day"))
    }

    /// The instant that a clock on the wall shows as `local`. In the hour that occurs twice the first is meant; in
    /// the hour that does not exist, the moment at which the clocks jumped.
    pub fn at(self, local: NaiveDateTime) -> Instant {
        match self.0.from_local_datetime(&local) {
            chrono::LocalResult::Single(at) | chrono::LocalResult::Ambiguous(at, _) => at.to_utc(),
            chrono::LocalResult::None => {
                // A gap is shorter than a day, and its edge lies on a quarter of an hour.
                let mut after = local;
                loop {
                    after += Duration::minutes(15);
                    if let Some(at) = self.0.from_local_datetime(&after).earliest() {
                        break at.to_utc();
                    }
                }
            }
        }
    }

    /// Start and end of a calendar day.
    pub fn day(self, date: NaiveDate) -> (Instant, Instant) {
        (self.start_of(date), self.start_of(date + Days::new(1)))
    }

    /// The offset of its standard time at `at`: local time without summer time.
    pub fn standard_offset(self, at: Instant) -> Duration {
        self.0.offset_from_utc_datetime(&at.naive_utc()).base_utc_offset()
    }

    /// The start of the hour in which `at` falls. Hours begin on the hour of the zone's standard time: on the UTC hour
    /// in most zones, at half past or a quarter to it in India, Newfoundland or Nepal.
    ///
    /// On Lord Howe Island, whose summer time is half an hour, hours stay those of standard time, so that all of them
    /// have sixty minutes; in summer they begin at half past by the clock on the wall. Where a zone changed its standard
    /// offset by part of an hour (Caracas in 2007 and 2016, Pyongyang in 2015 and 2018) the hour before the change and
    /// the one after it overlap.
    pub fn floor_hour(self, at: Instant) -> Instant {
        let seconds = at.timestamp();
        let local = seconds + self.standard_offset(at).num_seconds();
        DateTime::from_timestamp(seconds - local.rem_euclid(3600), 0).expect("no further from 1970 than `at` itself")
    }

    /// The starts of the hours that begin within `from..to`.
    pub fn hours(self, from: Instant, to: Instant) -> impl Iterator<Item = Instant> {
        // Aligned again at each step, since the standard offset may change on the way; a step always goes forward.
        let next = move |hour: &Instant| Some(self.floor_hour(*hour + Duration::hours(1)));
        let all = std::iter::successors(Some(self.floor_hour(from)), next);
        all.skip_while(move |hour| *hour < from).take_while(move |hour| *hour < to)
    }

    /// `at` in RFC 3339 with this zone's offset, to the second, or to the millisecond where there are any.
    pub fn format(self, at: Instant) -> String {
        let precision = if at.timestamp_subsec_millis() == 0 { SecondsFormat::Secs } else { SecondsFormat::Millis };
        at.with_timezone(&self.0).to_rfc3339_opts(precision, false)
    }
}
