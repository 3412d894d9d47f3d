//! One conversation (HJ 212-2017 §6.1): request, 9011, data, 9012.
//!
//! The request is sent again with the same QN while no 9011 comes, as often as configured (ReCount, 3), after so long
//! each time (OverTime, 10 s). Once it is accepted, the result may take as long as all those tries together since the
//! last data that came for it: a station reads its history from a slow card.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::Downlink;
use super::request::Request;
use super::seat::{Open, Seat};
use crate::gateways::hj212::frame::encode;
use crate::gateways::hj212::message::Message;

/// CN of the answer to a request.
pub(super) const READY: &str = "9011";

/// CN of the result of a request.
pub(super) const RESULT: &str = "9012";

/// QnRtn and ExeRtn: all is well.
const WELL: u32 = 1;

/// ExeRtn: there are no data.
const NO_DATA: u32 = 100;

/// Replies that wait to be looked at: what matters are two, and of the data only that some came.
const REPLIES: usize = 8;

/// What a station says to an open request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reply {
    /// 9011, with QnRtn.
    Ready(u32),
    /// 9012, with ExeRtn.
    Result(u32),
    /// A message with the request's CN.
    Data,
}

/// How a conversation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Done, says the station.
    Done,
    /// The station has no such data.
    NoData,
    /// Refused, or failed: QnRtn or ExeRtn.
    Refused(u32),
    /// Nothing came, or no end.
    Silent,
    /// No connection, one that takes nothing, or another conversation goes on.
    Unreachable,
}

impl Outcome {
    fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::NoData => "no_data",
            Self::Refused(_) => "refused",
            Self::Silent => "silent",
            Self::Unreachable => "unreachable",
        }
    }
}

/// The number in a field of an answer; 0, which no table has, where there is none.
pub(super) fn code(message: &Message<'_>, name: &str) -> u32 {
    message.field(name).and_then(|text| text.parse().ok()).unwrap_or(0)
}

impl Downlink {
    /// Asks, and waits for the end of it.
    pub(super) async fn ask(&self, seat: &Seat, request: &Request) -> Outcome {
        let outcome = match seat.asking.try_lock() {
            Ok(_one) => self.converse(seat, request).await,
            Err(_) => Outcome::Unreachable,
        };
        tracing::debug!(station.id = %seat.station, cn = request.cn(), ?outcome, "station asked");
        metrics::counter!("limpid_hj212_requests_total", "cn" => request.cn(), "outcome" => outcome.name())
            .increment(1);
        outcome
    }

    async fn converse(&self, seat: &Seat, request: &Request) -> Outcome {
        let (zone, now) = (self.config().zone_of(&seat.station), self.intake.now());
        let (sender, mut replies) = mpsc::channel(REPLIES);
        let qn = {
            let mut state = seat.state();
            let qn = state.numbers.next(now, zone);
            state.open = Some(Open { qn: qn.clone(), cn: request.cn(), replies: sender });
            qn
        };
        let _closed = Close(seat);
        let patience = Duration::from_secs(self.config().answer_seconds);
        let tries = self.config().resends + 1;
        let mut accepted = false;
        for _ in 0..tries {
            let wall = self.intake.now().with_timezone(&zone.0).naive_local();
            let sent = {
                let state = seat.state();
                state.send(encode(state.style.write(request, &qn, &seat.mn, wall).as_bytes()))
            };
            if !sent {
                return Outcome::Unreachable;
            }
            // Data say nothing yet: they may have been under way.
            match reply(&mut replies, Instant::now() + patience, |reply| reply != Reply::Data).await {
                Some(Reply::Ready(WELL)) => {
                    accepted = true;
                    break;
                }
                Some(Reply::Ready(code)) => return Outcome::Refused(code),
                Some(Reply::Result(code)) => return result(code),
                Some(Reply::Data) | None => {}
            }
        }
        if !accepted {
            return Outcome::Silent;
        }
        loop {
            match reply(&mut replies, Instant::now() + patience * tries, |_| true).await {
                Some(Reply::Result(code)) => return result(code),
                Some(Reply::Data | Reply::Ready(_)) => {}
                None => return Outcome::Silent,
            }
        }
    }
}

fn result(code: u32) -> Outcome {
    match code {
        WELL => Outcome::Done,
        NO_DATA => Outcome::NoData,
        code => Outcome::Refused(code),
    }
}

/// The next reply that counts, before the deadline.
async fn reply(
    replies: &mut mpsc::Receiver<Reply>,
    deadline: Instant,
    counts: impl Fn(Reply) -> bool,
) -> Option<Reply> {
    loop {
        match timeout_at(deadline, replies.recv()).await {
            Ok(Some(reply)) if counts(reply) => return Some(reply),
            Ok(Some(_)) => {}
            Ok(None) | Err(_) => return None,
        }
    }
}

/// Ends the open request of a seat, also when the conversation is dropped.
struct Close<'a>(&'a Seat);

impl Drop for Close<'_> {
    fn drop(&mut self) {
        self.0.state().open = None;
    }
}
