//! How many files the system lets this process open. Each connection is one.

use limpid_model::Pipeline;

/// Files beside the stations' connections: the journal and its log, the lake, and residents who read pages.
const OTHERS: u64 = 1024;

/// Raises the limit as far as the system allows, and says so where that is not far enough.
pub fn raise(pipeline: &Pipeline) {
    let needed = pipeline.ingest.hj212.connections as u64 + OTHERS;
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(limit) if limit >= needed => tracing::debug!(limit, "open files"),
        Ok(limit) => tracing::warn!(
            limit,
            needed,
            "too few files may be open for ingest.hj212.connections: raise the hard limit of this process \
             (LimitNOFILE= of a systemd unit, `ulimit -Hn`), or configure fewer connections"
        ),
        Err(error) => tracing::warn!(%error, "the limit of open files could not be read or raised"),
    }
}
