//! The words of requests (HJ 212-2017 §6.6.4).

use std::fmt::Write;

use chrono::NaiveDateTime;
use limpid_model::Period;

/// Flag of a request of HJ 212-2017 and later: an answer is wanted (9011); the version is added.
const ANSWER: u8 = 1;

/// What a station can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// 1012: the time.
    SetClock,
    /// 2051, 2061 or 2031: data of the past, both ends on the wire's clock.
    History {
        /// Command.
        cn: &'static str,
        /// Label of the first period.
        begin: NaiveDateTime,
        /// End of the last period. Stations that take it for a label send one period more, which does no harm.
        end: NaiveDateTime,
    },
}

impl Request {
    /// The command.
    pub fn cn(&self) -> &'static str {
        match self {
            Self::SetClock => "1012",
            Self::History { cn, .. } => cn,
        }
    }
}

/// The command that asks for data of a period; `None` where there is none.
pub(super) fn history(period: Period) -> Option<&'static str> {
    match period {
        Period::Minutes(_) => Some("2051"),
        Period::Hour => Some("2061"),
        Period::Day => Some("2031"),
        _ => None,
    }
}

/// How a station writes its own messages, which is how it is written to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Style {
    /// Kind of system.
    pub(super) st: String,
    /// Password.
    pub(super) pw: String,
    /// The version bits of Flag: 0, 4 or 8.
    pub(super) version: u8,
}

impl Style {
    /// The data segment of a request; `now` is the time on the wire's clock.
    pub(super) fn write(&self, request: &Request, qn: &str, mn: &str, now: NaiveDateTime) -> String {
        const TIME: &str = "%Y%m%d%H%M%S";
        let (Self { st, pw, version }, cn, flag) = (self, request.cn(), self.version | ANSWER);
        let mut text = format!("QN={qn};ST={st};CN={cn};PW={pw};MN={mn};Flag={flag};CP=&&");
        match request {
            Request::SetClock => write!(text, "SystemTime={}", now.format(TIME)),
            Request::History { begin, end, .. } => {
                // HJ/T 212-2005 prints a comma between the two, which its devices look for.
                let between = if *version == 0 { ',' } else { ';' };
                write!(text, "BeginTime={}{between}EndTime={}", begin.format(TIME), end.format(TIME))
            }
        }
        .expect("a String takes all that is written");
        text.push_str("&&");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    #[test]
    fn requests_are_written_as_stations_of_each_edition_read_them() {
        let style = Style { st: "32".into(), pw: "123456".into(), version: 0 };
        let (begin, end) = (time("2004-05-06T11:10:00"), time("2004-05-06T15:10:00"));
        let history = Request::History { cn: "2051", begin, end };
        // Vector 3, but for its Flag: one part, so that no parts are announced.
        assert_eq!(
            style.write(&history, "20040516010101001", "88888880000001", time("2004-05-16T01:01:01")),
            "QN=20040516010101001;ST=32;CN=2051;PW=123456;MN=88888880000001;Flag=1;\
             CP=&&BeginTime=20040506111000,EndTime=20040506151000&&"
        );
        let style = Style { st: "22".into(), pw: "100000".into(), version: 4 };
        assert_eq!(
            style.write(&Request::SetClock, "20160801085857223", "MN1", time("2016-08-01T08:58:57.223")),
            "QN=20160801085857223;ST=22;CN=1012;PW=100000;MN=MN1;Flag=5;CP=&&SystemTime=20160801085857&&"
        );
        let text = Style { version: 8, ..style }.write(&history, "1", "MN1", begin);
        assert!(text.ends_with("Flag=9;CP=&&BeginTime=20040506111000;EndTime=20040506151000&&"), "{text}");
    }
}
