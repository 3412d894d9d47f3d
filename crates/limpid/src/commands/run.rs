//! `limpid run`

use limpid_ingest::gateways::hj212::Tls;
use limpid_ingest::gateways::mqtt::Broker;

use crate::cli::Run;
use crate::failure::Failure;
use crate::{files, folder, roles};

/// Runs the roles until a signal.
pub fn run(arguments: Run) -> Result<(), Failure> {
    let pipeline = folder::require(&arguments.pipeline.pipeline)?;
    let folder = &arguments.pipeline.pipeline;
    let broker = pipeline.ingest.mqtt.enabled.then(|| Broker::new(&pipeline, folder)).transpose();
    let broker = broker.map_err(|error| Failure::Usage(format!("{:#}", anyhow::Error::new(error))))?;
    let tls = Tls::new(&pipeline, folder);
    let tls = tls.map_err(|error| Failure::Usage(format!("{:#}", anyhow::Error::new(error))))?;
    files::raise(&pipeline);
    Ok(tokio::runtime::Runtime::new()?.block_on(roles::run(pipeline, broker, tls, arguments))?)
}
