//! Notes when a station's level is another one, by following what is published as a reader outside would, with a cursor that
//! moves with the notes.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use limpid_model::event::LevelChange;
use limpid_model::{Assessment, Instant, Note, NoteKind, Pipeline, Published, Record, StationId, StationKind};
use limpid_store::{Journal, Result};

use crate::app::Shared;
use crate::board::content::is_main;
use crate::events::cursor;

/// The cursor's name.
pub const CURSOR: &str = "levels";
/// Records of one read of the journal.
const CHUNK: usize = 2_000;
/// Wait after a failed read.
const RETRY: Duration = Duration::from_secs(1);
/// A judgement that is published longer after its end is history, and changes nothing of the present. After as long without a
/// level the one before is no longer what the next is held against.
const PRESENT: TimeDelta = TimeDelta::hours(24);
/// Records after which the cursor is moved even without a change.
const MOVE: u64 = 100_000;

/// The level that stands at a station.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Standing {
    start: Instant,
    level: u8,
}

/// What stood when the log was followed last.
struct Levels {
    pipeline: Arc<Pipeline>,
    standing: HashMap<StationId, Standing>,
    position: u64,
    /// Where the cursor stands.
    kept: u64,
}

/// Follows what is published until the service stops.
pub async fn watch(app: Shared) {
    let mut published = app.journal.published();
    published.mark_changed();
    let mut levels = None;
    loop {
        tokio::select! {
            () = app.stop.cancelled() => return,
            changed = published.changed() => if changed.is_err() {
                app.stop.cancelled().await;
                return;
            }
        }
        if let Err(error) = follow(&app, &mut levels).await {
            tracing::warn!(error = %error, "following the levels failed, trying again");
            // What was not noted is found again behind the cursor.
            levels = None;
            tokio::time::sleep(RETRY).await;
            published.mark_changed();
        }
    }
}

async fn follow(app: &Shared, levels: &mut Option<Levels>) -> Result<()> {
    let levels = match levels {
        Some(levels) => levels,
        None => levels.insert(Levels::load(app.pipeline.clone(), &*app.journal).await?),
    };
    while levels.step(&*app.journal).await? {}
    Ok(())
}

impl Levels {
    async fn load(pipeline: Arc<Pipeline>, journal: &dyn Journal) -> Result<Self> {
        // What was published before this was ever followed is not told as if it happened now.
        let kept = cursor::resume(journal, CURSOR).await?;
        let mut standing = HashMap::new();
        for noted in journal.newest_notes(NoteKind::Level).await? {
            if let Note::Level(change) = noted.note {
                standing.insert(change.station, Standing { start: change.start, level: change.level });
            }
        }
        Ok(Self { pipeline, standing, position: kept, kept })
    }

    /// Reads a piece of the journal, and says whether there may be more.
    async fn step(&mut self, journal: &dyn Journal) -> Result<bool> {
        let records = journal.published_tail(self.position, CHUNK).await?;
        let more = records.len() == CHUNK;
        let mut notes = Vec::new();
        for published in records {
            self.position = published.seq;
            let at = published.at;
            if let Published { record: Record::Assessment(assessment), .. } = published {
                notes.extend(self.judge(&assessment, at).map(Note::Level));
            }
        }
        if !notes.is_empty() || self.position >= self.kept + MOVE {
            journal.note(notes, Some(cursor::mark(CURSOR, self.position))).await?;
            self.kept = self.position;
        }
        Ok(more)
    }

    /// What an assessment that was published at `at` changes.
    fn judge(&mut self, assessment: &Assessment, at: Instant) -> Option<LevelChange> {
        let level = assessment.level?;
        // A day and a night are no before and after.
        let followed = assessment.scheme.kind != StationKind::Noise && is_main(&self.pipeline, assessment);
        if !followed || at - assessment.end > PRESENT {
            return None;
        }
        let before = self.standing.get(&assessment.station).copied();
        if before.is_some_and(|before| before.start > assessment.start) {
            return None;
        }
        self.standing.insert(assessment.station.clone(), Standing { start: assessment.start, level });
        let before = before.filter(|before| assessment.start - before.start <= PRESENT);
        if before.is_some_and(|before| before.level == level) {
            return None;
        }
        Some(LevelChange {
            station: assessment.station.clone(),
            scheme: assessment.scheme.id.clone(),
            start: assessment.start,
            end: assessment.end,
            index: assessment.index,
            level,
            before: before.map(|before| before.level),
            revised: before.is_some_and(|before| before.start == assessment.start),
        })
    }
}

#[cfg(test)]
mod tests {
    use chrono::Utc;

    use super::*;
    use crate::testing::{Service, county, index};

    /// An hour of S1 that ended so many hours ago, by the clock of the journal.
    fn ago(hours: i64, value: Option<u16>) -> Record {
        let end = limpid_model::Zone(chrono_tz::UTC).floor_hour(Utc::now()) - TimeDelta::hours(hours);
        index("S1", &end.to_rfc3339(), value, &[]).into()
    }

    async fn changes(service: &Service, count: usize) -> Vec<(Option<u8>, u8, bool)> {
        loop {
            let query = limpid_store::NoteQuery { kind: NoteKind::Level, subjects: Vec::new(), limit: 100 };
            let notes = service.journal.notes(query).await.unwrap();
            if notes.len() >= count {
                let change = |noted: &limpid_store::Noted| match &noted.note {
                    Note::Level(change) => (change.before, change.level, change.revised),
                    other => panic!("{other:?}"),
                };
                return notes.iter().rev().map(change).collect();
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    #[tokio::test]
    async fn a_level_is_told_when_it_changes_and_only_of_the_present() {
        let service = Service::with(county()).await;
        let publish = async |records| service.journal.publish(records, None).await.unwrap();
        // 89 and 95 are level 2, 134 is level 3; an hour of last week is history.
        publish(vec![ago(200, Some(300)), ago(6, Some(89)), ago(5, Some(95)), ago(4, None), ago(3, Some(134))]).await;
        // The hour before is revised, which is past; then the newest one.
        publish(vec![ago(5, Some(300)), ago(3, Some(160))]).await;
        assert_eq!(changes(&service, 3).await, [(None, 2, false), (Some(2), 3, false), (Some(3), 4, true)]);
    }

    #[tokio::test]
    async fn after_a_restart_nothing_is_told_twice_and_nothing_is_left_out() {
        let service = Service::with(Vec::new()).await;
        let publish = async |records| service.journal.publish(records, None).await.unwrap();
        publish(vec![ago(6, Some(89))]).await;
        assert_eq!(changes(&service, 1).await.len(), 1);
        // As after a crash: the memory is that of the journal.
        let mut again = Levels::load(service.pipeline.clone(), &*service.journal).await.unwrap();
        while again.step(&*service.journal).await.unwrap() {}
        publish(vec![ago(5, Some(89)), ago(4, Some(200))]).await;
        assert_eq!(changes(&service, 2).await, [(None, 2, false), (Some(2), 4, false)]);
        while again.step(&*service.journal).await.unwrap() {}
        assert_eq!(again.standing.len(), 1);
    }
}
