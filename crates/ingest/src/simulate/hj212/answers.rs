//! What a station answers when the gateway asks: 9011, what was asked for, 9012.

use chrono::{NaiveDateTime, Utc};
use limpid_model::Period;

use super::{FACTORS, Link, PASSWORD, Waiting, system};
use crate::gateways::hj212::frame::encode;
use crate::gateways::hj212::message::{self, Message};

/// QnRtn: ready; the password is wrong; the command is none that this station knows.
const READY: u32 = 1;
const WRONG_PASSWORD: u32 = 3;
const UNKNOWN_COMMAND: u32 = 8;

/// ExeRtn: done; there are no data.
const DONE: u32 = 1;
const NO_DATA: u32 = 100;

impl Link {
    /// Answers a request of the gateway; what is to be written now. The data of an answer wait for their
    /// acknowledgement like all others.
    pub(super) fn answer(&mut self, request: &Message<'_>) -> Vec<u8> {
        let Some(cn) = request.cn else { return Vec::new() };
        if !request.wants_answer() {
            return Vec::new();
        }
        let password = self.password().to_owned();
        if request.pw != Some(&password) {
            return self.interaction(request, "9011", &format!("QnRtn={WRONG_PASSWORD}"));
        }
        let mut bytes = Vec::new();
        let result = match cn {
            // Time-outs and intervals are taken note of, and real-time data flow anyway.
            "1000" | "1062" | "1064" | "2011" => DONE,
            "2012" => return self.interaction(request, "9013", ""),
            "1011" => {
                let now = self.wall().format("%Y%m%d%H%M%S");
                bytes = self.reply(request, "1011", system(self.station.kind), &format!("SystemTime={now}"));
                DONE
            }
            "1012" => {
                let Some(time) = request.field("SystemTime").and_then(message::time) else {
                    return self.interaction(request, "9011", &format!("QnRtn={UNKNOWN_COMMAND}"));
                };
                self.off = time - Utc::now().with_timezone(&self.pipeline.ingest.hj212.zone.0).naive_local();
                self.last_qn = 0;
                self.report.clock_set += 1;
                DONE
            }
            "2031" => self.history(request, Period::Day, &mut bytes),
            "2051" => self.history(request, Period::Minutes(self.pipeline.ingest.hj212.minute), &mut bytes),
            "2061" => self.history(request, Period::Hour, &mut bytes),
            _ => return self.interaction(request, "9011", &format!("QnRtn={UNKNOWN_COMMAND}")),
        };
        let ready = self.interaction(request, "9011", &format!("QnRtn={READY}"));
        [ready, bytes, self.interaction(request, "9012", &format!("ExeRtn={result}"))].concat()
    }

    /// Sends what is remembered of a stretch; gives ExeRtn.
    fn history(&mut self, request: &Message<'_>, period: Period, bytes: &mut Vec<u8>) -> u32 {
        let time = |name| request.field(name).and_then(message::time);
        let (Some(begin), Some(end)) = (time("BeginTime"), time("EndTime")) else { return NO_DATA };
        let labelled = |dispatch: &_| (begin..end).contains(&self.label(dispatch));
        let found = self.memory.find(period, labelled);
        let first = self.window.len();
        for dispatch in &found {
            if self.lost.remove(&dispatch.start) {
                self.report.recovered += 1;
            }
            for values in dispatch.values.chunks(FACTORS) {
                let message = self.message(dispatch, values);
                self.window.extend(message);
            }
        }
        self.window.range(first..).for_each(|Waiting { frame, .. }| bytes.extend_from_slice(frame));
        if found.is_empty() { NO_DATA } else { DONE }
    }

    /// A message about the interaction itself.
    fn interaction(&self, request: &Message<'_>, cn: &str, area: &str) -> Vec<u8> {
        self.reply(request, cn, "91", area)
    }

    /// A message with the number of the request, which wants no answer.
    fn reply(&self, request: &Message<'_>, cn: &str, st: &str, area: &str) -> Vec<u8> {
        let (qn, mn) = (request.qn.unwrap_or(""), request.mn.unwrap_or(""));
        let flag = request.version();
        encode(format!("QN={qn};ST={st};CN={cn};PW={};MN={mn};Flag={flag};CP=&&{area}&&", self.password()).as_bytes())
    }

    /// What the station's clock shows.
    pub(super) fn wall(&self) -> NaiveDateTime {
        Utc::now().with_timezone(&self.pipeline.ingest.hj212.zone.0).naive_local() + self.off
    }

    /// The password that the station sends.
    pub(super) fn password(&self) -> &str {
        if self.station.password.is_empty() { PASSWORD } else { &self.station.password }
    }
}
