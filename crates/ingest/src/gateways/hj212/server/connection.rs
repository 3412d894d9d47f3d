//! One connection: bytes in, frames out, journal, answers back in the order of the frames.

use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::pin::{Pin, pin};
use std::sync::LazyLock;
use std::task::{Poll, ready};
use std::time::Duration;

use futures::FutureExt;
use futures::stream::{FuturesOrdered, StreamExt};
use limpid_store::StoreError;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use super::Patience;
use super::audit::Audit;
use super::keep::Keep;
use crate::Intake;
use crate::gateways::hj212::deviation::Deviation;
use crate::gateways::hj212::frame::{Found, Framer};
use crate::gateways::hj212::session::{Session, Work};

/// Frames of one connection that wait for the journal at once. A station that sends its backlog without waiting for
/// answers would otherwise pay one fsync per frame; with this many, one group commit takes them all. At up to 10 KB a
/// frame it bounds a connection's memory to well under a megabyte.
const IN_FLIGHT: usize = 64;

/// Bytes per read: some forty frames of a usual size.
const READ: usize = 16 * 1024;

/// A connection that has sent so many bytes without one good frame among them speaks another protocol.
const JUNK: usize = 64 * 1024;

/// Pieces of garbage kept per connection: enough to see what is wrong with a device.
const KEPT: usize = 64;

/// A peer that does not take its answers for so long is gone; three times the 10 s in which a station expects one.
const WRITE: Duration = Duration::from_secs(30);

/// Looked up once, not with every frame.
static ANSWERS: LazyLock<metrics::Counter> = LazyLock::new(|| metrics::counter!("limpid_hj212_answers_total"));

/// Serves a connection to its end: closed by the peer, silent or dawdling for longer than there is `patience`, full of
/// junk, or stopped. What was read by then is made durable and answered.
pub(super) async fn run(
    mut reader: impl AsyncRead + Unpin,
    mut writer: impl AsyncWrite + Unpin,
    session: &Session,
    mut outgoing: mpsc::Receiver<Vec<u8>>,
    patience: Patience,
    keep: &Keep,
    stop: CancellationToken,
) -> io::Result<()> {
    let mut framer = Framer::default();
    let mut links = session.intake().presence().connection();
    let mut flight = FuturesOrdered::new();
    let mut answers = Vec::new();
    let mut kept = 0;
    let mut without_frame = 0;
    // Moved by frames only: bytes that trickle in and never become one do not hold a connection open.
    let mut deadline = Instant::now() + patience.idle;
    // When the frame that has begun must have ended.
    let mut late: Option<Instant> = None;
    // Set again when it has run out, and not with every frame that moves the deadline.
    let mut timer = pin!(sleep_until(deadline));
    let mut stopped = pin!(stop.cancelled());
    let mut audit = Audit::default();
    let mut open = true;
    let mut ended = Ok(());
    let mut failing = false;
    loop {
        let mut waiting = false;
        while flight.len() < IN_FLIGHT {
            let found = match framer.find_trusting(&|data| session.trust(data)) {
                None if !open => framer.finish(),
                found => found,
            };
            match found {
                None => {
                    waiting = true;
                    break;
                }
                Some(Found::Frame(frame)) => {
                    late = None;
                    without_frame = 0;
                    deadline = Instant::now() + patience.idle;
                    let work = session.take(&frame);
                    audit.see(&work.upload);
                    work.from.iter().for_each(|station| links.heard(station));
                    flight.push_back(submit(session.intake().clone(), work));
                }
                Some(Found::Garbage(garbage)) => {
                    metrics::counter!("limpid_hj212_damaged_total", "damage" => garbage.damage.name()).increment(1);
                    let work = session.keep(&garbage);
                    // What a station damages is its own, and is kept and counted like its good frames.
                    let owned = work.upload.station.is_some();
                    if owned || (kept < KEPT && keep.take(garbage.bytes.len())) {
                        kept += usize::from(!owned);
                        flight.push_back(submit(session.intake().clone(), work));
                    } else {
                        metrics::counter!("limpid_hj212_damaged_dropped_total").increment(1);
                    }
                }
            }
        }
        if without_frame > JUNK {
            open = false;
        }
        // Only while it is the peer who is waited for.
        if !(waiting && framer.unfinished()) {
            late = None;
        } else if late.is_none() {
            let by = Instant::now() + patience.frame;
            late = Some(by);
            timer.as_mut().reset(by.min(deadline));
        }
        if !open && flight.is_empty() {
            return ended;
        }
        tokio::select! {
            Some(outcome) = flight.next(), if !flight.is_empty() => {
                let mut next = Some(outcome);
                while let Some(outcome) = next {
                    match outcome {
                        Ok(answer) => {
                            failing = false;
                            answers.extend(answer.into_iter().flatten());
                        }
                        // Said once, and again only after the journal has worked in between.
                        Err(error) => {
                            if !std::mem::replace(&mut failing, true) {
                                tracing::error!(
                                    error = &error as &dyn std::error::Error,
                                    "frames could not be made durable and are not answered; their station sends them again"
                                );
                            }
                        }
                    }
                    next = flight.next().now_or_never().flatten();
                }
            }
            Some(request) = outgoing.recv(), if open => answers.extend(request),
            read = read(&mut reader, |bytes| framer.push(bytes)), if open && flight.len() < IN_FLIGHT => {
                match read {
                    Ok(0) => open = false,
                    Ok(count) => without_frame += count,
                    // Frames that wait for no answer may be followed by a connection that is torn down.
                    Err(error) => (open, ended) = (false, Err(error)),
                }
            }
            () = &mut timer, if open => {
                let due = late.map_or(deadline, |late| late.min(deadline));
                open = Instant::now() < due;
                timer.as_mut().reset(due);
            }
            () = &mut stopped, if open => open = false,
        }
        if !answers.is_empty() && ended.is_ok() {
            ended = timeout(WRITE, writer.write_all(&answers)).await.unwrap_or_else(|late| Err(late.into()));
            open &= ended.is_ok();
        }
        answers.clear();
    }
}

/// Hands what has come to `take`, and says how much it was; nothing, at the end. The room for it is on the stack, and not
/// held while nothing comes: ten thousand stations that are silent for most of a minute would hold 160 MB.
async fn read(reader: &mut (impl AsyncRead + Unpin), mut take: impl FnMut(&[u8])) -> io::Result<usize> {
    poll_fn(|context| {
        let mut room = [MaybeUninit::uninit(); READ];
        let mut come = ReadBuf::uninit(&mut room);
        ready!(Pin::new(&mut *reader).poll_read(context, &mut come))?;
        take(come.filled());
        Poll::Ready(Ok(come.filled().len()))
    })
    .await
}

/// Makes an upload durable and gives the answer that may leave now.
async fn submit(intake: Intake, work: Work) -> Result<Option<Vec<u8>>, StoreError> {
    let Work { upload, answer, deviations, .. } = work;
    let outcome = intake.submit_noting(upload, deviations.iter().map(Deviation::name).collect()).await;
    match &outcome {
        Ok(_) => ANSWERS.increment(u64::from(answer.is_some())),
        Err(_) => metrics::counter!("limpid_hj212_unkept_total").increment(1),
    }
    outcome.map(|_| answer)
}
