//! From the headers of an upload to its durable receipt.

use std::io;
use std::sync::Arc;

use axum::extract::Request;
use limpid_model::{Body, Channel, Receipt};

use super::batch::Understood;
use super::body::Arriving;
use super::coding::Unpack;
use super::decoder::{Decoder, Sink};
use super::failure::Failure;
use super::request::{Media, Request as Asked};
use super::rooms::{Hold, SHORT};
use super::{Gate, off_thread};
use crate::intake::Upload;
use crate::token::Grant;

/// So much of a long body is taken to a blocking thread at once.
const PIECE: usize = 256 << 10;

/// Takes an upload in. `open` gives the decoder for a media type.
pub(super) async fn receive<T: Send + 'static>(
    gate: &Arc<Gate>,
    request: Request,
    hold: Hold,
    open: impl FnOnce(Media) -> Result<Box<dyn Decoder<T>>, Failure>,
) -> Result<(Receipt, T), Failure> {
    let grant = gate.authorise_upload(request.headers())?;
    let asked = Asked::read(request.headers())?;
    let (media, coding) = (asked.media, asked.coding);
    let decoder = open(media)?;
    let limit = gate.limit();
    let _arriving = gate.rooms.arrive(asked.length).await?;
    let mut arriving = Arriving::new(request.into_body(), limit, gate.patience);
    let (begin, whole) = begin(&mut arriving).await?;
    let short = if whole { coding.short(&begin, SHORT.min(limit)).map_err(broken)? } else { None };

    let _work;
    let (body, understood, beside) = match short {
        Some(bytes) => {
            _work = gate.rooms.short(bytes.len()).await?;
            let (understood, beside) = read_short(gate, &grant, decoder, &bytes)?;
            (Body::Plain(bytes), understood, beside)
        }
        None => {
            let declared = asked.length.filter(|_| !coding.expands()).and_then(|length| usize::try_from(length).ok());
            let most = declared.unwrap_or(limit).min(limit);
            _work = arriving.pausing(gate.rooms.long(most, coding, hold)).await?;
            let long = Long { unpack: coding.unpack(Sink::new(limit, decoder)?).map_err(broken)?, pending: begin };
            long.read(gate, &grant, arriving).await?
        }
    };
    let holder = grant.holder().to_owned();
    let Understood { station, entries } = understood;
    let idempotency = asked.idempotency(&holder);
    let media_type = media.as_str();
    let upload = Upload {
        channel: Channel::Http,
        sender: holder,
        station,
        media_type,
        body,
        idempotency,
        entries,
        events: Vec::new(),
    };
    Ok((gate.intake.submit(upload).await?, beside))
}

/// The first bytes of a body, and whether they are all.
async fn begin(arriving: &mut Arriving) -> Result<(Vec<u8>, bool), Failure> {
    let mut begin = Vec::new();
    while let Some(data) = arriving.next().await? {
        begin.extend_from_slice(&data);
        if begin.len() > SHORT {
            return Ok((begin, false));
        }
    }
    Ok((begin, true))
}

fn read_short<T>(
    gate: &Gate,
    grant: &Grant,
    mut decoder: Box<dyn Decoder<T>>,
    bytes: &[u8],
) -> Result<(Understood, T), Failure> {
    decoder.push(bytes)?;
    decoder.finish(&gate.intake, grant)
}

fn broken(error: io::Error) -> Failure {
    Failure::Broken { detail: format!("the body cannot be unpacked: {error}") }
}

/// A long body on its way through its decoder.
struct Long<T> {
    unpack: Unpack<Sink<T>>,
    /// What came and was not yet read.
    pending: Vec<u8>,
}

impl<T: Send + 'static> Long<T> {
    async fn read(
        mut self,
        gate: &Arc<Gate>,
        grant: &Grant,
        mut arriving: Arriving,
    ) -> Result<(Body, Understood, T), Failure> {
        let limit = gate.limit();
        loop {
            let next = arriving.next().await?;
            let last = next.is_none();
            if let Some(data) = next {
                self.pending.extend_from_slice(&data);
            }
            if last || self.pending.len() >= PIECE {
                self = arriving.pausing(off_thread(true, move || self.step(limit))).await?;
            }
            if last {
                break;
            }
        }
        let (gate, grant) = (gate.clone(), grant.clone());
        let end = move || {
            let ended = self.unpack.end();
            self.judge(ended, limit)?;
            self.unpack.into_sink().map_err(broken)?.finish(&gate.intake, &grant)
        };
        off_thread(true, end).await
    }

    fn step(mut self, limit: usize) -> Result<Self, Failure> {
        let written = self.unpack.write(&self.pending);
        self.pending.clear();
        self.judge(written, limit).map(|()| self)
    }

    fn judge(&self, unpacked: io::Result<()>, limit: usize) -> Result<(), Failure> {
        match unpacked {
            Err(_) if self.unpack.sink().is_full() => Err(Failure::TooLarge { limit }),
            unpacked => unpacked.map_err(broken),
        }
    }
}
