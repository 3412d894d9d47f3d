//! `limpid run`

use crate::cli::Run;
use crate::failure::Failure;
use crate::{folder, roles};

/// Runs the roles until a signal.
pub fn run(arguments: Run) -> Result<(), Failure> {
    let pipeline = folder::require(&arguments.pipeline.pipeline)?;
    Ok(tokio::runtime::Runtime::new()?.block_on(roles::run(pipeline, arguments))?)
}
