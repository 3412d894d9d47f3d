//! Which series are published, as the doors list them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use limpid_store::{Journal, PublishedSeries};
use tokio::sync::Mutex;

use crate::answer::Failure;

/// A list is good for so long while new records come: making it looks twice into the journal for each series.
const GOOD_FOR: Duration = Duration::from_secs(5);

/// The list of published series, made when it is asked for and is not there.
#[derive(Default)]
pub struct KnownSeries(Mutex<Option<Listed>>);

struct Listed {
    at: Instant,
    seq: u64,
    series: Arc<[PublishedSeries]>,
}

impl KnownSeries {
    /// Every published series, ordered by station, parameter, period and statistic.
    ///
    /// # Errors
    /// Those of the journal.
    pub async fn get(&self, journal: &dyn Journal) -> Result<Arc<[PublishedSeries]>, Failure> {
        // Held while the journal is read: whoever comes meanwhile waits for the same list.
        let mut listed = self.0.lock().await;
        let seq = *journal.published().borrow();
        if let Some(known) = listed.as_ref().filter(|known| known.seq == seq || known.at.elapsed() < GOOD_FOR) {
            return Ok(known.series.clone());
        }
        let series: Arc<[PublishedSeries]> = journal.published_series().await?.into();
        *listed = Some(Listed { at: Instant::now(), seq, series: series.clone() });
        Ok(series)
    }
}
