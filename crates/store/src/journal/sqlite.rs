//! placeholder
#[derive(Debug)]
/// placeholder
pub struct SqliteJournal {}
