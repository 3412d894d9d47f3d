//! Judgements under named, dated standards, and what a reader needs to know of the standards.

use std::sync::LazyLock;

use chrono::NaiveDate;
use serde::Deserialize;

use crate::compliance::Compliance;
use crate::observation::{Flag, Status};
use crate::parameter::ParameterId;
use crate::station::{StationId, StationKind};
use crate::text::Text;
use crate::time::{Instant, Period, Zone};

/// A verdict of one scheme on one station and period.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// Where.
    pub station: StationId,
    /// Under which scheme.
    pub scheme: &'static Scheme,
    /// `PT1H` (real time) or `P1D` (daily report); of water and noise `P1M` and `P1Y` too.
    pub period: Period,
    /// Inclusive. A night of noise starts in the evening of the day under which it is filed.
    pub start: Instant,
    /// Exclusive.
    pub end: Instant,
    /// The index; `None` when the standard forbids to give one, and then there is a `reason`. Schemes of classes have
    /// none.
    pub index: Option<u16>,
    /// Level, from 1; the class of water, 6 being worse than class V; of a limit 1 met and 2 exceeded.
    pub level: Option<u8>,
    /// Primary pollutants, all of them on a tie; of water the lead pollutants, the worst first.
    pub primary: Vec<ParameterId>,
    /// Sub-index, or class, of each parameter that the scheme looks at; `None` where it was to be measured and is
    /// missing.
    pub sub: Vec<(ParameterId, Option<u16>)>,
    /// A stable word for why there is no index: `missing`.
    pub reason: Option<String>,
    /// How far the authority stands by it.
    pub status: Status,
    /// Whether reviewers marked an exceptional event in any part of what it is made of. It counts as ever.
    pub event: bool,
    /// What was put against limits and targets; `None` under air quality indices.
    pub compliance: Option<Box<Compliance>>,
}

impl Assessment {
    /// Its quality: passed where there is a verdict, missing where the standard forbids one.
    pub fn flag(&self) -> Flag {
        if self.level.is_some() || self.index.is_some() { Flag::Pass } else { Flag::Missing }
    }

    /// How many of how many parameters it is made of; of a month or year of noise, how many days and nights.
    pub fn completeness(&self, zone: Zone) -> (u32, u32) {
        match self.compliance.as_deref() {
            Some(compliance) if !compliance.met.is_empty() => {
                let days = (zone.date_of(self.end) - zone.date_of(self.start)).num_days();
                let parts = u32::try_from(days).unwrap_or(0) * compliance.met.len() as u32;
                (compliance.met.iter().map(|met| met.judged).sum(), parts)
            }
            // A level of noise is one figure.
            _ if self.sub.is_empty() => (u32::from(self.level.is_some()), 1),
            _ => (self.sub.iter().filter(|(_, sub)| sub.is_some()).count() as u32, self.sub.len() as u32),
        }
    }
}

/// A level of a scheme, as people are shown it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Level {
    family: String,
    /// From 1, the best.
    pub level: u8,
    /// Largest index of the level.
    pub upper: u16,
    /// The sign in its shape where that is not its number.
    pub mark: Option<String>,
    zh: String,
    en: String,
    /// Official colour, `#rrggbb`.
    pub colour: String,
    /// What to do.
    pub advice: Text,
}

impl Level {
    /// The level's name in a language; Chinese in any but English.
    pub fn name(&self, language: &str) -> &str {
        if language == "en" { &self.en } else { &self.zh }
    }

    /// The level's name.
    pub fn category(&self) -> Text {
        Text::zh_en(&self.zh, &self.en)
    }
}

/// An edition of a standard by which stations are assessed (`data/standards/schemes.toml`).
#[derive(Debug, PartialEq, Deserialize)]
pub struct Scheme {
    /// Id with its edition, `hj633-2026`.
    pub id: String,
    /// Id without, `hj633`.
    pub family: String,
    /// What kind of station it judges.
    #[serde(default = "air")]
    pub kind: StationKind,
    /// Whether it judges air by limits alone: it has no index, and cannot be what a pipeline shows of its air.
    #[serde(default)]
    pub limits: bool,
    /// Its title.
    pub title: Text,
    from: NaiveDate,
    to: Option<NaiveDate>,
}

fn air() -> StationKind {
    StationKind::Air
}

#[derive(Default, Deserialize)]
struct File {
    scheme: Vec<Scheme>,
    level: Vec<Level>,
}

static FILE: LazyLock<File> = LazyLock::new(|| {
    let mut all = File::default();
    for (name, text) in [
        ("schemes.toml", include_str!("../../../data/standards/schemes.toml")),
        ("schemes_water.toml", include_str!("../../../data/standards/schemes_water.toml")),
        ("schemes_noise.toml", include_str!("../../../data/standards/schemes_noise.toml")),
    ] {
        let file: File = toml::from_str(text).unwrap_or_else(|error| panic!("built-in table {name}: {error}"));
        all.scheme.extend(file.scheme);
        all.level.extend(file.level);
    }
    all
});

impl Scheme {
    /// Every edition that is built in.
    pub fn all() -> &'static [Scheme] {
        &FILE.scheme
    }

    /// Every edition that judges stations of `kind`.
    pub fn of_kind(kind: StationKind) -> impl Iterator<Item = &'static Scheme> {
        FILE.scheme.iter().filter(move |scheme| scheme.kind == kind)
    }

    /// The edition with this id.
    pub fn parse(id: &str) -> Option<&'static Scheme> {
        FILE.scheme.iter().find(|scheme| scheme.id == id)
    }

    /// Its level with this number.
    pub fn level(&self, level: u8) -> Option<&'static Level> {
        self.levels().find(|row| row.level == level)
    }

    /// Its levels from the best to the worst.
    pub fn levels(&self) -> impl Iterator<Item = &'static Level> {
        FILE.level.iter().filter(|row| row.family == self.family)
    }

    /// The level of an index.
    pub fn level_of(&self, index: u16) -> Option<&'static Level> {
        self.levels().find(|row| index <= row.upper).or_else(|| self.levels().last())
    }

    /// The day it came into force.
    pub fn from(&self) -> NaiveDate {
        self.from
    }

    /// The first day on which it was no longer in force.
    pub fn to(&self) -> Option<NaiveDate> {
        self.to
    }
}

/// What configuration or a query asks for: one edition, or the edition in force on the date of the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemeChoice {
    /// `hj633`.
    InForce(String),
    /// `hj633-2012`.
    Edition(String),
}

impl SchemeChoice {
    /// Reads a family or an edition.
    pub fn parse(text: &str) -> Option<Self> {
        if Scheme::parse(text).is_some() {
            Some(Self::Edition(text.to_owned()))
        } else if FILE.scheme.iter().any(|scheme| scheme.family == text) {
            Some(Self::InForce(text.to_owned()))
        } else {
            None
        }
    }

    /// Every text that [`SchemeChoice::parse`] takes.
    pub fn known() -> Vec<String> {
        let mut known: Vec<String> = FILE.scheme.iter().flat_map(|s| [s.family.clone(), s.id.clone()]).collect();
        known.sort();
        known.dedup();
        known
    }

    /// Those of the texts of [`SchemeChoice::known`] that [`SchemeChoice::parse_of`] takes.
    pub fn known_of(kind: StationKind) -> Vec<String> {
        Self::known().into_iter().filter(|text| Self::parse_of(kind, text).is_some()).collect()
    }

    /// The kind of station that it judges.
    pub fn kind(&self) -> StationKind {
        let (Self::InForce(text) | Self::Edition(text)) = self;
        let known = FILE.scheme.iter().find(|scheme| &scheme.id == text || &scheme.family == text);
        known.map_or(StationKind::Air, |scheme| scheme.kind)
    }

    /// Reads a family or an edition that judges stations of `kind` otherwise than by [limits](Scheme::limits) alone.
    pub fn parse_of(kind: StationKind, text: &str) -> Option<Self> {
        let judges = Scheme::of_kind(kind).any(|scheme| !scheme.limits && (scheme.id == text || scheme.family == text));
        Self::parse(text).filter(|_| judges)
    }

    /// The edition for data that start at `start`; for data older than every edition, the oldest.
    pub fn at(&self, start: Instant, zone: Zone) -> &'static Scheme {
        match self {
            Self::Edition(id) => Scheme::parse(id).expect("checked when parsed"),
            Self::InForce(family) => {
                let date = zone.date_of(start);
                let mut editions = FILE.scheme.iter().filter(|scheme| &scheme.family == family);
                let oldest = editions.next().expect("checked when parsed");
                editions.rfind(|scheme| scheme.from <= date).unwrap_or(oldest)
            }
        }
    }

    /// The editions that data within `from..to` may be assessed by, each with the part of the span in which it is
    /// the one chosen.
    pub fn spans(&self, from: Instant, to: Instant, zone: Zone) -> Vec<(&'static Scheme, Instant, Instant)> {
        let mut spans: Vec<(&'static Scheme, Instant, Instant)> = Vec::new();
        let mut start = from;
        while start < to {
            let scheme = self.at(start, zone);
            let end = match self {
                Self::Edition(_) => to,
                Self::InForce(_) => scheme.to.map_or(to, |date| zone.start_of(date)).min(to),
            };
            if end <= start {
                break;
            }
            spans.push((scheme, start, end));
            start = end;
        }
        spans
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_edition_in_force_changes_at_local_midnight() {
        let zone = Zone::parse("Asia/Shanghai").unwrap();
        let choice = SchemeChoice::parse("hj633").unwrap();
        let at = |text: &str| choice.at(text.parse().unwrap(), zone).id.as_str();
        assert_eq!(at("2026-02-28T15:59:59Z"), "hj633-2012");
        assert_eq!(at("2026-02-28T16:00:00Z"), "hj633-2026");
        assert_eq!(at("1999-01-01T00:00:00Z"), "hj633-2012");
        let spans =
            choice.spans("2026-01-01T00:00:00Z".parse().unwrap(), "2026-04-01T00:00:00Z".parse().unwrap(), zone);
        assert_eq!(spans.iter().map(|s| s.0.id.as_str()).collect::<Vec<_>>(), ["hj633-2012", "hj633-2026"]);
        assert_eq!(spans[0].2, spans[1].1);
        let edition = SchemeChoice::parse("hj633-2012").unwrap();
        assert_eq!(edition.at("2026-11-25T00:00:00Z".parse().unwrap(), zone).id, "hj633-2012");
    }

    #[test]
    fn levels_follow_the_standard() {
        let scheme = Scheme::parse("hj633-2026").unwrap();
        let level = |index| scheme.level_of(index).unwrap().level;
        assert_eq!(
            [0, 50, 51, 100, 101, 150, 151, 200, 201, 300, 301, 500].map(level),
            [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]
        );
        assert_eq!(scheme.level(1).unwrap().colour, "#00e400");
        let level = |scheme, index| Scheme::parse(scheme).unwrap().level_of(index).unwrap().level;
        assert_eq!([500, 501, 1844].map(|index| level("us-epa-2024", index)), [6, 6, 6], "it has no end");
        assert_eq!([1, 2, 6].map(|index| level("eaqi-2024", index)), [1, 2, 6], "its index is the level");
    }

    #[test]
    fn every_family_and_edition_can_be_asked_for() {
        for scheme in Scheme::all() {
            assert_eq!(SchemeChoice::parse(&scheme.id), Some(SchemeChoice::Edition(scheme.id.clone())));
            // A family of one edition may have its name.
            if scheme.family != scheme.id {
                assert_eq!(SchemeChoice::parse(&scheme.family), Some(SchemeChoice::InForce(scheme.family.clone())));
            }
            let levels: Vec<u8> = scheme.levels().map(|level| level.level).collect();
            assert!(levels.len() > 1 && levels.iter().copied().eq(1..=levels.len() as u8), "{}", scheme.id);
            let shown = SchemeChoice::parse(&scheme.id).filter(|_| !scheme.limits);
            assert_eq!(SchemeChoice::parse_of(scheme.kind, &scheme.id), shown);
        }
        assert_eq!(SchemeChoice::parse_of(StationKind::Air, "gb3838-2002"), None);
        assert_eq!(Scheme::of_kind(StationKind::Air).filter(|scheme| !scheme.limits).count(), 8);
        assert_eq!(SchemeChoice::parse_of(StationKind::Air, "gb3095"), None, "limits are no index");
    }
}
