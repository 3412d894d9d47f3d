//! What a body says, without socket and journal: bytes go in, entries come out. For whoever feeds the decoders by hand.

use limpid_model::{Entry, Problem};

use super::failure::Failure;
use super::request::Media;
use super::sensorthings;
use crate::intake::Intake;
use crate::token::Grant;

/// What a body is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `application/json` of an upload.
    Json,
    /// `application/x-ndjson` of an upload.
    Ndjson,
    /// `text/csv` of an upload.
    Csv,
    /// One observation of SensorThings.
    Observation,
    /// Data arrays of SensorThings.
    DataArray,
}

impl Shape {
    /// Every shape.
    pub const ALL: [Self; 5] = [Self::Json, Self::Ndjson, Self::Csv, Self::Observation, Self::DataArray];
}

/// One entry for each reading of an unpacked body, as the journal would be given them.
///
/// # Errors
/// What the sender would be answered.
pub fn decode(intake: &Intake, grant: &Grant, shape: Shape, body: &[u8]) -> Result<Vec<Entry>, Box<Problem>> {
    let batch = |media: Media| {
        let mut decoder = media.decoder();
        decoder.push(body)?;
        decoder.finish(intake, grant).map(|(understood, ())| understood)
    };
    let understood = match shape {
        Shape::Json => batch(Media::Json),
        Shape::Ndjson => batch(Media::Ndjson),
        Shape::Csv => batch(Media::Csv),
        Shape::Observation => sensorthings::observation::read(intake, grant, None, body),
        Shape::DataArray => sensorthings::array::read(intake, grant, body),
    };
    understood.map(|understood| understood.entries).map_err(|failure: Failure| Box::new(failure.problem()))
}
