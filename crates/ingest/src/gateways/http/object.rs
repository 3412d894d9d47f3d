//! A batch as `application/json`: one station and its readings.

use super::batch::{Batch, Understood};
use super::decoder::Decoder;
use super::failure::Failure;
use crate::gateways::json::Stream;
use crate::intake::Intake;
use crate::token::Grant;

/// Reads a batch as it comes; the first fault ends it, and nothing of it is stored.
#[derive(Default)]
pub(super) struct Object {
    stream: Stream,
    batch: Batch,
}

impl Decoder<()> for Object {
    fn push(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let Self { stream, batch } = self;
        Ok(stream.push(bytes, |reading| batch.add_unnamed(reading))?)
    }

    fn finish(self: Box<Self>, intake: &Intake, grant: &Grant) -> Result<(Understood, ()), Failure> {
        let Self { stream, mut batch } = *self;
        let station = stream.finish(|reading| batch.add_unnamed(reading))?;
        Ok((batch.of(station).understand(intake, grant)?, ()))
    }
}
