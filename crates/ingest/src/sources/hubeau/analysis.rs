//! One analysis: whether it is a reading, of what, when and how much.

use chrono::{NaiveDate, NaiveTime, TimeZone};
use limpid_model::receipt::Refusal;
use limpid_model::{Instant, Mark, Period, Reason, VerdictKind};
use serde::Deserialize;
use serde_json::Value;

use super::{ROWS, Row};
use crate::formats::long::short;
use crate::sources::adapter::{Ask, Harvest};
use crate::sources::decode::{Cell, known_unit, number};
use crate::sources::round::rejected;

/// The clock of sampling times.
const ZONE: chrono_tz::Tz = chrono_tz::Europe::Paris;

/// The parts of an analysis that are read. Codes come as text or as numbers.
#[derive(Deserialize)]
pub(super) struct Analysis {
    code_station: String,
    code_parametre: Value,
    date_prelevement: Option<String>,
    heure_prelevement: Option<String>,
    resultat: Value,
    symbole_unite: Option<String>,
    code_remarque: Value,
    code_fraction: Value,
    code_qualification: Value,
    limite_quantification: Value,
}

fn code(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

impl Analysis {
    /// Adds what it says.
    pub fn read<'p>(&self, ask: &Ask<'p>, harvest: &mut Harvest<'p>) {
        let Some(station) = ask.roster.find(&self.code_station) else { return };
        let parameter = code(&self.code_parametre);
        let Some(row) = ROWS.iter().find(|row| row.code == parameter) else { return };
        let refuse = |harvest: &mut Harvest<'p>, refusal: Refusal| {
            let detail = format!("{} of {}: {}", row.parameter, station.id, refusal.detail);
            harvest.rows.push(Err(Refusal { detail, ..refusal }));
        };
        let (start, mark) = match self.start().and_then(|start| Ok((start, self.check(row)?))) {
            Ok(found) => found,
            Err(refusal) => return refuse(harvest, refusal),
        };
        let (parameter, unit) = (row.parameter, known_unit(&row.unit));
        let below = mark.is_some_and(Mark::is_below);
        match if below { number(&self.limite_quantification) } else { number(&self.resultat) } {
            Ok(None) => refuse(harvest, aside(Reason::NotAReading, "the result has no value".into())),
            value => harvest.push(Cell { station, parameter, period: Period::Moment, start, unit, mark }, value),
        }
    }

    /// Whether the value counts as one of the parameter, and with what mark.
    fn check(&self, row: &Row) -> Result<Option<Mark>, Refusal> {
        let below = match code(&self.code_remarque).as_str() {
            "1" => false,
            "2" | "7" | "10" if number(&self.limite_quantification).is_ok_and(|limit| limit.is_some()) => true,
            "2" | "7" | "10" => {
                return Err(aside(Reason::BelowDetection, "below what can be told, no limit is named".into()));
            }
            other => return Err(aside(Reason::NotAReading, format!("remark code {:?} is no value", short(other)))),
        };
        let unit = self.symbole_unite.as_deref().unwrap_or("").trim();
        if unit != row.text {
            let detail = format!("{:?} is not {}, in which it is understood", short(unit), row.text);
            return Err(rejected(Reason::UnitNotConvertible, detail));
        }
        let fraction = code(&self.code_fraction);
        if !row.fractions.is_empty() && !row.fractions.split(' ').any(|counts| counts == fraction) {
            let detail = format!("fraction {:?} of a sample is not the whole water", short(&fraction));
            return Err(aside(Reason::NotAReading, detail));
        }
        let own = match code(&self.code_qualification).as_str() {
            "2" => Mark::parse("Q4"),
            "3" => Mark::parse("Q3"),
            _ => None,
        };
        Ok(if below { Some(Mark::below(own)) } else { own })
    }

    fn start(&self) -> Result<Instant, Refusal> {
        let (date, time) =
            (self.date_prelevement.as_deref().unwrap_or(""), self.heure_prelevement.as_deref().unwrap_or(""));
        let start = || {
            let day: NaiveDate = date.get(..10)?.parse().ok()?;
            let time: NaiveTime = time.parse().ok()?;
            // In the hour that occurs twice nobody knows which is meant.
            ZONE.from_local_datetime(&day.and_time(time)).single()
        };
        start().map(|at| at.to_utc()).ok_or_else(|| {
            rejected(Reason::BadTime, format!("{:?} {:?} is no time of a sample in France", short(date), short(time)))
        })
    }
}

fn aside(reason: Reason, detail: String) -> Refusal {
    Refusal { kind: VerdictKind::Quarantined, reason, detail }
}
