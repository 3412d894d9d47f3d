//! Data segments that limpid writes: answers, and the uploads of simulated stations.

use std::fmt::Write;

use chrono::NaiveDateTime;

use super::Message;

/// ST of every answer (HJ 212-2017 §6.3.2, table 5: system interaction).
const INTERACTION: &str = "91";

/// The answer `cn` (9013 or 9014) to a message: the same QN, PW and MN, ST=91, and of Flag only the version, so that
/// an answer never asks for one. A sender that writes QN into the data area, as in 2005, finds it there again, with
/// the command and the part that are answered.
pub fn answer(message: &Message<'_>, cn: &str) -> String {
    let mut text = String::with_capacity(128);
    let mut key = |key: &str, value: Option<&str>| {
        if let Some(value) = value {
            text.push_str(key);
            text.push('=');
            text.push_str(value);
            text.push(';');
        }
    };
    key("QN", message.qn);
    key("ST", Some(INTERACTION));
    key("CN", Some(cn));
    key("PW", message.pw);
    key("MN", message.mn);
    key("Flag", Some(&message.version().to_string()));
    text.push_str("CP=&&");
    if let (None, Some(qn)) = (message.qn, message.field("QN")) {
        text.push_str("QN=");
        text.push_str(qn);
        for (name, value) in [("CN", message.cn), ("PNUM", message.pnum), ("PNO", message.pno)] {
            if let Some(value) = value {
                text.push(';');
                text.push_str(name);
                text.push('=');
                text.push_str(value);
            }
        }
    }
    text.push_str("&&");
    text
}

/// An upload of HJ 212-2017 with the answer bit set, as a station writes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Upload<'a> {
    /// Number of the interaction, 17 digits.
    pub qn: &'a str,
    /// Kind of system.
    pub st: &'a str,
    /// Command.
    pub cn: &'a str,
    /// Password.
    pub pw: &'a str,
    /// Identity of the station.
    pub mn: &'a str,
    /// DataTime, in the station's zone.
    pub time: NaiveDateTime,
    /// Suffix of the values, `Rtd` or `Avg`.
    pub suffix: &'a str,
    /// Code, value and mark of each factor; a missing value is written empty.
    pub values: &'a [(&'a str, Option<f64>, &'a str)],
}

impl Upload<'_> {
    /// The data segment.
    pub fn data(&self) -> String {
        let Self { qn, st, cn, pw, mn, time, suffix, values } = self;
        let time = time.format("%Y%m%d%H%M%S");
        let mut text = format!("QN={qn};ST={st};CN={cn};PW={pw};MN={mn};Flag=5;CP=&&DataTime={time}");
        for (code, value, mark) in *values {
            let value = value.map(|value| value.to_string()).unwrap_or_default();
            write!(text, ";{code}-{suffix}={value},{code}-Flag={mark}").expect("a String takes all that is written");
        }
        text.push_str("&&");
        text
    }
}
