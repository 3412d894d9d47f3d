//! Telling the operator of deadlines: before one is missed, when it is, and when what was owed is there.

use chrono::{Duration, TimeDelta};
use limpid_model::event::{FreshnessChange, FreshnessState};
use limpid_model::{Instant, Note, NoteKind};
use limpid_store::Result;

use super::deadline::State;
use super::{Publication, publications};
use crate::app::App;

/// Notes in the event log what is to be told of every publication. What was told last stands there too, so that a restart tells
/// nothing twice.
///
/// # Errors
/// Those of the journal.
pub async fn tell(app: &App) -> Result<()> {
    let lead = Duration::minutes(i64::try_from(app.pipeline.deadlines.warn_minutes).unwrap_or(0));
    let told = app.journal.newest_notes(NoteKind::Freshness).await?;
    let mut notes = Vec::new();
    for publication in publications(app) {
        let id = publication.id();
        let told = told.iter().find_map(|noted| match &noted.note {
            Note::Freshness(change) if change.publication == id => Some(change),
            _ => None,
        });
        let Some(state) = change(&publication, told, app.now(), lead) else { continue };
        let (deadline, last) = (publication.deadline, publication.last);
        notes.push(Note::Freshness(FreshnessChange { publication: id, state, deadline, last }));
    }
    if notes.is_empty() { Ok(()) } else { app.journal.note(notes, None).await }
}

/// What is to be told of a publication as it stands, after `told`. Of one that never was nothing is told: it is being set up.
fn change(
    publication: &Publication,
    told: Option<&FreshnessChange>,
    now: Instant,
    lead: TimeDelta,
) -> Option<FreshnessState> {
    let near = publication.state == State::Due && publication.deadline - now <= lead;
    let before = told.map(|told| told.state);
    match (publication.state, before) {
        (State::None, _) | (State::Late, Some(FreshnessState::Missed)) => None,
        (State::Late, _) => Some(FreshnessState::Missed),
        // The period that was owed is there, and the next one is not.
        (_, Some(FreshnessState::Missed)) => Some(FreshnessState::Recovered),
        (_, Some(FreshnessState::Warning)) if near => {
            told.is_some_and(|told| told.deadline != publication.deadline).then_some(FreshnessState::Warning)
        }
        (_, Some(FreshnessState::Warning)) => Some(FreshnessState::Recovered),
        _ => near.then_some(FreshnessState::Warning),
    }
}

#[cfg(test)]
mod tests {
    use limpid_model::Period;

    use super::*;
    use crate::testing::{Service, at, hour, value_of};

    #[tokio::test]
    async fn the_operator_is_warned_before_then_told_then_told_that_it_is_well() {
        let service = Service::with(vec![
            hour("S1", "pm25", "2026-11-25T01:00:00Z", 60.0).into(),
            value_of("S1", "pm25", Period::Day, "2026-11-24T16:00:00Z", 60.0).into(),
        ])
        .await;
        let told = async |now: &str| {
            service.set_now(at(now));
            super::super::look(&service.app).await;
            let before = *service.journal.logged().borrow();
            tell(&service.app).await.unwrap();
            tell(&service.app).await.unwrap();
            let after = service.journal.log(before, 10).await.unwrap();
            let state = |logged: &limpid_model::Logged| match &logged.happening {
                limpid_model::Happening::Freshness(change) => (change.publication.clone(), change.state.as_str()),
                other => panic!("{other:?}"),
            };
            after.iter().map(state).collect::<Vec<_>>()
        };
        let hourly = |state| vec![("air-hourly".to_owned(), state)];
        // The hour to 10:00 local is owed by 11:00 local, which is 03:00Z; the default lead is 15 minutes.
        assert_eq!(told("2026-11-25T02:44:00Z").await, []);
        assert_eq!(told("2026-11-25T02:46:00Z").await, hourly("warning"));
        assert_eq!(told("2026-11-25T02:59:00Z").await, []);
        assert_eq!(told("2026-11-25T03:01:00Z").await, hourly("missed"));
        assert_eq!(told("2026-11-25T03:50:00Z").await, []);
        let publish = async |end| {
            service.journal.publish(vec![hour("S1", "pm25", end, 61.0).into()], None).await.unwrap();
        };
        publish("2026-11-25T02:00:00Z").await;
        // The hour that was owed is there, and the next one is near its deadline too.
        let both = ["recovered", "warning"].map(|state| ("air-hourly".to_owned(), state));
        assert_eq!(told("2026-11-25T03:51:00Z").await, both);
        assert_eq!(told("2026-11-25T03:52:00Z").await, []);
        publish("2026-11-25T03:00:00Z").await;
        assert_eq!(told("2026-11-25T03:53:00Z").await, hourly("recovered"));
    }

    #[tokio::test]
    async fn of_what_never_was_nothing_is_told() {
        let service = Service::with(Vec::new()).await;
        tell(&service.app).await.unwrap();
        assert_eq!(*service.journal.logged().borrow(), 0);
    }
}
