//! How a body becomes entries: a decoder is given its bytes as they come.

use std::io::{self, Write};

use limpid_model::{Body, Sealed};
use limpid_store::{Seal, StoreError};

use super::batch::Understood;
use super::failure::Failure;
use crate::intake::Intake;
use crate::token::Grant;

/// Makes entries of a body, and whatever else (`T`) its caller wants to know of them.
pub(super) trait Decoder<T>: Send {
    /// Takes more bytes.
    fn push(&mut self, bytes: &[u8]) -> Result<(), Failure>;

    /// What the whole body says, under a grant.
    fn finish(self: Box<Self>, intake: &Intake, grant: &Grant) -> Result<(Understood, T), Failure>;
}

/// A body of at most `limit` bytes that is read only as a whole.
pub(super) struct Whole<F> {
    limit: usize,
    bytes: Vec<u8>,
    read: F,
}

impl<F> Whole<F> {
    pub(super) fn new(limit: usize, read: F) -> Self {
        Self { limit, bytes: Vec::new(), read }
    }
}

impl<T, F> Decoder<T> for Whole<F>
where
    F: FnOnce(&Intake, &Grant, &[u8]) -> Result<(Understood, T), Failure> + Send,
{
    fn push(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        if self.bytes.len() + bytes.len() > self.limit {
            return Err(Failure::TooLarge { limit: self.limit });
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn finish(self: Box<Self>, intake: &Intake, grant: &Grant) -> Result<(Understood, T), Failure> {
        let Self { bytes, read, .. } = *self;
        read(intake, grant, &bytes)
    }
}

/// Where an unpacked long body goes: to its decoder, and into the seal in which the journal keeps it.
pub(super) struct Sink<T> {
    limit: usize,
    size: usize,
    /// Once something is wrong with the body, the rest of it is passed over and what was made of it is let go.
    work: Result<Work<T>, Failure>,
}

struct Work<T> {
    seal: Seal,
    decoder: Box<dyn Decoder<T>>,
}

impl<T> Work<T> {
    fn push(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.decoder.push(bytes)?;
        Ok(self.seal.write(bytes)?)
    }
}

impl<T> Sink<T> {
    /// For a body of at most `limit` bytes.
    pub(super) fn new(limit: usize, decoder: Box<dyn Decoder<T>>) -> Result<Self, StoreError> {
        Ok(Self { limit, size: 0, work: Ok(Work { seal: Seal::new()?, decoder }) })
    }

    /// Whether more came than is allowed.
    pub(super) fn is_full(&self) -> bool {
        self.size > self.limit
    }

    /// What the whole body says, and the body.
    pub(super) fn finish(self, intake: &Intake, grant: &Grant) -> Result<(Body, Understood, T), Failure> {
        let Work { seal, decoder } = self.work?;
        let (understood, beside) = decoder.finish(intake, grant)?;
        let sealed: Sealed = seal.finish()?;
        Ok((Body::Sealed(sealed), understood, beside))
    }
}

impl<T> Write for Sink<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.size += bytes.len();
        if self.is_full() {
            return Err(io::Error::other("the body is longer than is allowed"));
        }
        if let Ok(work) = &mut self.work
            && let Err(failure) = work.push(bytes)
        {
            self.work = Err(failure);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
