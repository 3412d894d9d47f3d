//! `limpid run`

use limpid_ingest::drops::DropFolder;
use limpid_ingest::gateways::mqtt::Broker;
use limpid_ingest::gateways::tls::Tls;

use crate::cli::Run;
use crate::failure::Failure;
use crate::roles::Dress;
use crate::{files, folder, roles, server};

/// Runs the roles until a signal.
pub fn run(arguments: Run) -> Result<(), Failure> {
    let pipeline = folder::require(&arguments.pipeline.pipeline)?;
    let folder = &arguments.pipeline.pipeline;
    let broker = pipeline.ingest.mqtt.enabled.then(|| Broker::new(&pipeline, folder)).transpose();
    let broker = broker.map_err(|error| Failure::Usage(format!("{:#}", anyhow::Error::new(error))))?;
    let failed = |error| Failure::Usage(format!("{:#}", anyhow::Error::new(error)));
    let tls = |files: &Option<_>, setting, protocols: &[&str]| {
        files.as_ref().map(|files| Tls::new(files, folder, setting, protocols)).transpose().map_err(failed)
    };
    let hj212 = tls(&pipeline.ingest.hj212.tls, "ingest.hj212.tls", &[])?;
    let http = tls(&pipeline.http.tls, "http.tls", &server::PROTOCOLS)?;
    let sources = super::pull::sources(&pipeline, folder)?;
    let drops = DropFolder::all(&pipeline, folder)
        .map_err(|error| Failure::Usage(format!("{:#}", anyhow::Error::new(error))))?;
    files::raise(&pipeline);
    Ok(tokio::runtime::Runtime::new()?.block_on(roles::run(
        pipeline,
        broker,
        Dress { hj212, http },
        sources,
        drops,
        arguments,
    ))?)
}
