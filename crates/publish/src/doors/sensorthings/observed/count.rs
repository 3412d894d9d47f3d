//! How many observations there are on all pages.

use limpid_store::ObservationQuery;

use super::super::world::ask;
use super::Asked;
use crate::answer::Failure;

impl Asked<'_> {
    /// Counted by the journal where the filter leaves whole spans of series, else one by one.
    pub async fn count(&self) -> Result<u64, Failure> {
        let mut count = 0;
        if self.rest.is_empty() && self.place.is_none() {
            for query in self.groups() {
                count += self.world.app.journal.count_observations(query).await?;
            }
            return Ok(count);
        }
        for stream in &self.streams {
            self.each(stream, "$count", |_| count += 1).await?;
        }
        Ok(count)
    }

    /// The series as few queries: those of one parameter, period and statistic together.
    fn groups(&self) -> Vec<ObservationQuery> {
        let mut groups: Vec<ObservationQuery> = Vec::new();
        for stream in &self.streams {
            let query = ask(stream, self.from, self.to);
            let same = |known: &&mut ObservationQuery| {
                (known.period, known.statistic) == (query.period, query.statistic)
                    && known.parameters == query.parameters
            };
            match groups.iter_mut().find(same) {
                Some(known) => known.stations.extend(query.stations),
                None => groups.push(query),
            }
        }
        groups
    }
}
