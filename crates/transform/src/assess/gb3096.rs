//! Zones of environmental noise, GB 3096-2008: the level of a day or a night against the limit of its zone.

use limpid_model::{Compared, Compliance, ParameterId, Part};
use serde::Deserialize;

use crate::assess::graded::Graded;
use crate::fixed::{Fixed, Mean};
use crate::standards::{self, Rules, TableError};

/// Id of the edition in `schemes_noise.toml`.
pub const ID: &str = "gb3096-2008";

/// Level within the limit.
pub const MET: u8 = 1;
/// Level above the limit.
pub const EXCEEDED: u8 = 2;

/// Digits to which a level is rounded before it is judged: those that reports give.
const DECIMALS: u32 = 1;

/// A sudden noise by night may exceed the limit by at most this many dB (clause 5.4, recalled of 2008).
const NIGHT_PEAK: i64 = 15;

const TABLE: &str = "gb3096.csv";

/// Limits by zone.
#[derive(Debug, Clone)]
pub struct Zones(Vec<(String, Fixed, Fixed)>);

#[derive(Deserialize)]
struct Row {
    zone: String,
    day: f64,
    night: f64,
}

impl Zones {
    /// Reads the table.
    ///
    /// # Errors
    /// For a zone whose night is not quieter than its day.
    pub fn parse(text: &str) -> Result<Self, TableError> {
        let mut zones = Vec::new();
        for row in standards::rows::<Row>(TABLE, text)? {
            let (day, night) =
                (standards::fixed(TABLE, &row.zone, row.day)?, standards::fixed(TABLE, &row.zone, row.night)?);
            if night >= day {
                return Err(TableError::content(TABLE, row.zone, "the night must be quieter than the day"));
            }
            zones.push((row.zone, day, night));
        }
        Ok(Self(zones))
    }

    /// The zone that the registry means: `2`, `4a`, `2类`, `class 4A`.
    pub fn named(&self, text: &str) -> Option<&str> {
        let text = text.trim().trim_end_matches('类').to_lowercase();
        let text = text.strip_prefix("class").unwrap_or(&text).trim();
        self.0.iter().map(|zone| zone.0.as_str()).find(|zone| *zone == text)
    }

    /// The limit of a zone by day or by night, dB(A).
    pub fn limit(&self, zone: &str, part: Part) -> Option<Fixed> {
        let zone = self.0.iter().find(|one| one.0 == zone)?;
        Some(match part {
            Part::Day => zone.1,
            Part::Night => zone.2,
        })
    }
}

/// Whether the level of a day (Ld) or a night (Ln) meets the limit of its zone; `None` for a zone that there is none of.
///
/// `level` is `None` where too few hours were valid. `peak` is the loudest Lmax of the night: it is put beside its limit
/// and does not change the verdict, which rates of compliance are counted from.
pub fn judge(rules: &Rules, zone: &str, part: Part, level: Option<Mean>, peak: Option<Mean>) -> Option<Graded> {
    let limit = rules.gb3096.limit(zone, part)?;
    let name = match part {
        Part::Day => "ld",
        Part::Night => "ln",
    };
    let parameter = ParameterId::known(name);
    let beside = |parameter, value: Mean, limit: Mean| Compared {
        parameter,
        value: value.round(DECIMALS).to_f64(),
        limit: limit.to_f64(),
        multiple: None,
    };
    let mut compared: Vec<Compared> = level.map(|level| beside(parameter, level, limit.into())).into_iter().collect();
    if let Some(peak) = peak.filter(|_| part == Part::Night) {
        let limit = Mean::new(limit.millionths() + Fixed::whole(NIGHT_PEAK).millionths(), 1)?;
        compared.push(beside(ParameterId::known("lmax"), peak, limit));
    }
    let level = level.map(|level| if level.round(DECIMALS) <= limit.into() { MET } else { EXCEEDED });
    let compliance = Compliance {
        target: Some(zone.to_owned()),
        reached: level.map(|level| level == MET),
        part: Some(part),
        compared,
        ..Compliance::default()
    };
    let items = vec![(parameter, level)];
    Some(Graded { level, reason: level.is_none().then_some("missing"), primary: Vec::new(), items, compliance })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(value: f64) -> Mean {
        Fixed::from_f64(value).unwrap().into()
    }

    #[test]
    fn limits_of_the_zones() {
        // Table 1 of the standard: zone, day, night.
        for (zone, day, night) in
            [("0", 50, 40), ("1", 55, 45), ("2", 60, 50), ("3", 65, 55), ("4a", 70, 55), ("4b", 70, 60)]
        {
            let limit = |part| Rules::built_in().gb3096.limit(zone, part);
            assert_eq!((limit(Part::Day), limit(Part::Night)), (Some(Fixed::whole(day)), Some(Fixed::whole(night))));
        }
        let named = |text| Rules::built_in().gb3096.named(text);
        assert_eq!(
            [named("4A类"), named(" 2 "), named("class 1"), named("5"), named("")],
            [Some("4a"), Some("2"), Some("1"), None, None]
        );
    }

    #[test]
    fn a_level_is_rounded_and_then_judged() {
        let level = |part, value| judge(Rules::built_in(), "2", part, Some(mean(value)), None).unwrap().level;
        assert_eq!([level(Part::Day, 60.04), level(Part::Day, 60.06)], [Some(MET), Some(EXCEEDED)]);
        assert_eq!([level(Part::Night, 50.05), level(Part::Night, 50.051)], [Some(MET), Some(EXCEEDED)]);
        let none = judge(Rules::built_in(), "2", Part::Day, None, None).unwrap();
        assert_eq!((none.level, none.reason, none.compliance.reached), (None, Some("missing"), None));
        assert_eq!(judge(Rules::built_in(), "7", Part::Day, Some(mean(1.0)), None), None);
    }

    #[test]
    fn a_peak_by_night_stands_beside_its_limit() {
        let peak = |part| judge(Rules::built_in(), "1", part, Some(mean(40.0)), Some(mean(61.26))).unwrap();
        let night = peak(Part::Night);
        let compared: Vec<_> = night.compliance.compared.iter().map(|one| (one.value, one.limit)).collect();
        assert_eq!((night.level, compared), (Some(MET), vec![(40.0, 45.0), (61.3, 60.0)]));
        assert_eq!(peak(Part::Day).compliance.compared.len(), 1);
    }
}
