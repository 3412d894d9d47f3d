//! The rows of datasets of forecasts: what was issued, and how good that was.

use arrow_array::RecordBatch;
use limpid_model::{Forecast, Instant};
use limpid_store::ForecastQuery;

use super::definition::Contents;
use super::part::{Part, Span};
use super::rows::{Reader, batch};
use crate::api::item::{DAY, DayRow, FIGURE, FigureRow, SCORE};
use crate::error::Result;

/// Issues read in one go: each has some 500 rows.
const ISSUES: usize = 100;

impl Reader<'_> {
    /// The rows of the issues of one part, in the order in which they were issued.
    ///
    /// # Errors
    /// Those of the journal.
    pub async fn issued(&self, contents: Contents, part: Part) -> Result<Vec<RecordBatch>> {
        let (from, to) = part.bounds(self.zone());
        let mut batches = Vec::new();
        let mut query = self.issues(from, to);
        loop {
            let page = self.journal.forecasts(query.clone()).await?;
            let Some(last) = page.last() else { return Ok(batches) };
            query.after = last.id;
            let rows = match contents {
                Contents::ForecastDays => {
                    let rows: Vec<DayRow> = page.iter().flat_map(|issue| DayRow::all(issue, self.pipeline)).collect();
                    batch(DAY, &rows, self.zone())?
                }
                _ => {
                    let rows: Vec<FigureRow> =
                        page.iter().flat_map(|issue| FigureRow::all(issue, self.pipeline)).collect();
                    batch(FIGURE, &rows, self.zone())?
                }
            };
            batches.extend((rows.num_rows() > 0).then_some(rows));
        }
    }

    /// The scores as they stand.
    ///
    /// # Errors
    /// Those of the journal.
    pub async fn scores(&self) -> Result<Vec<RecordBatch>> {
        let rows = self.journal.forecast_scores().await?;
        Ok(if rows.is_empty() { Vec::new() } else { vec![batch(SCORE, &rows, self.zone())?] })
    }

    /// Every part from that of the first issue to that of `at`.
    ///
    /// # Errors
    /// Those of the journal.
    pub async fn parts_of_issues(&self, span: Span, at: Instant) -> Result<Vec<Part>> {
        let first = self.journal.forecasts(ForecastQuery { limit: 1, ..self.issues(Instant::UNIX_EPOCH, at) }).await?;
        Ok(first.first().map_or_else(Vec::new, |first| Part::all(first.issued, at, span, self.zone())))
    }

    /// The parts of issues that were kept after the one numbered `since`.
    ///
    /// # Errors
    /// Those of the journal.
    pub async fn parts_since(&self, since: u64, span: Span, at: Instant) -> Result<Vec<Part>> {
        let mut query = ForecastQuery { after: since, ..self.issues(Instant::UNIX_EPOCH, at) };
        let mut parts = Vec::new();
        loop {
            let page = self.journal.forecasts(query.clone()).await?;
            let Some(last) = page.last() else { break };
            query.after = last.id;
            let of = |issue: &Forecast| Part::of(issue.issued, span, self.zone());
            parts.extend(page.iter().map(of));
        }
        parts.sort_unstable();
        parts.dedup();
        Ok(parts)
    }

    fn issues(&self, from: Instant, to: Instant) -> ForecastQuery {
        ForecastQuery { subjects: Vec::new(), from, to, newest: false, after: 0, limit: ISSUES }
    }
}
