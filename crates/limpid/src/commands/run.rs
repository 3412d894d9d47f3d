//! `limpid run`

use crate::cli::Run;
use crate::failure::Failure;
use crate::outside::Outside;
use crate::{files, folder, roles};

/// Runs the roles until a signal.
pub fn run(arguments: Run) -> Result<(), Failure> {
    let folder = &arguments.pipeline.pipeline;
    let pipeline = folder::require(folder)?;
    let outside = Outside::read(&pipeline, folder).map_err(Failure::Usage)?;
    files::raise(&pipeline);
    Ok(tokio::runtime::Runtime::new()?.block_on(roles::run(pipeline, outside, arguments))?)
}
