//! What every journal engine must do: the promises of the module above, as tests. An engine joins with one line in
//! [`engines!`].

mod accepting;
mod conformance;
mod desk;
mod events;
mod fetches;
mod forecasts;
mod gaps;
mod links;
mod outlooks;
mod publishing;
mod reading;
mod registers;
mod reviews;
mod series;
mod station_events;
mod summaries;
mod tallies;

use std::path::Path;
use std::sync::Arc;

use limpid_model::submission::IdempotencyKey;
use limpid_model::{
    Channel, Entry, Instant, Mark, ParameterId, Period, Reading, Reason, ReceiptId, StationId, Submission, VerdictKind,
};

use super::{Journal, SqliteJournal};

/// How the suite opens an engine's journal in a folder; opening it again finds what was written before.
type Open = fn(&Path) -> Arc<dyn Journal>;

fn sqlite(folder: &Path) -> Arc<dyn Journal> {
    SqliteJournal::open(&folder.join("journal.sqlite")).unwrap()
}

/// Every law once for every engine.
macro_rules! engines {
    ($($room:ident: $($law:ident)*;)*) => {
        mod on_sqlite {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $law() {
                    super::$room::$law(super::sqlite).await;
                }
            )*)*
        }
    };
}

engines! {
    series:
        series_are_listed_with_their_ends
        the_way_back_is_the_way_there_reversed;
    desk:
        sessions_survive_a_restart_and_end_one_by_one_or_together
        an_account_is_set_anew_and_a_code_is_taken_once
        the_log_and_tokens_come_back_the_newest_first;
    tallies:
        each_start_of_what_is_asked_for_counts_once;
    summaries:
        a_summary_that_says_something_new_is_a_revision
        summaries_are_found_by_subject_time_and_page;
    gaps:
        a_window_of_gaps_is_replaced_and_joined_at_its_edges
        gaps_are_found_by_time_cause_and_page
        completeness_of_a_year_is_replaced
        refusals_are_known_by_the_quarter_in_which_they_came;
    links:
        a_link_that_says_the_same_changes_nothing
        a_link_that_changes_begins_a_span
        the_platforms_life_is_one_span_until_it_is_silent
        a_platform_that_begins_knows_of_no_link
        spans_come_back_by_time_and_after_reopening
        time_that_steps_back_makes_no_span_of_negative_length;
    accepting:
        a_reading_is_stored_then_same_then_corrected
        every_float_comes_back_bit_for_bit
        bodies_come_back_byte_for_byte
        receipts_come_back_as_they_were_given
        an_idempotency_key_gives_the_earlier_receipt_or_a_conflict
        equal_readings_in_one_submission_are_stored_once
        refusals_are_kept_and_counted
        late_readings_find_their_earlier_revisions
        what_one_task_hands_in_is_taken_in_its_order
        a_closed_journal_says_so;
    conformance:
        deviations_are_counted_per_station_with_their_last_example
        deviations_of_many_at_once_are_all_counted
        deviations_of_a_crowd_are_all_counted;
    station_events:
        an_event_is_kept_once_and_what_lasts_when_it_changes
        events_are_found_by_kind_and_time_newest_first;
    reading:
        the_tail_is_in_order_and_misses_nothing_under_load
        the_tail_can_stop_within_a_submission
        a_window_has_the_latest_revisions_in_order
        a_window_shows_what_had_been_received_by_then
        extents_count_each_reading_once
        everything_is_there_after_reopening
        a_late_reading_within_a_submission_survives_reopening
        reads_see_what_was_just_accepted;
    publishing:
        only_what_differs_is_published
        each_figure_of_a_record_makes_a_difference
        the_cursor_moves_with_the_records
        pages_join_without_loss_or_repetition
        as_of_shows_what_was_published_by_then
        newest_gives_one_record_of_each_series
        assessments_come_back_whole
        the_published_tail_is_in_order_under_load;
    fetches:
        the_last_answer_to_each_request_is_remembered;
    outlooks:
        an_issue_comes_back_bit_for_bit
        only_an_issue_that_says_something_new_is_kept
        what_stood_at_a_time_can_be_asked;
    forecasts:
        issues_come_back_whole_in_their_order_and_are_never_changed
        the_newest_issue_of_each_subject_can_be_asked
        the_last_model_and_the_last_scores_stand;
    events:
        everything_has_its_place_in_one_order
        numbers_of_the_log_are_not_given_out_again_after_reopening
        old_notes_go_but_the_newest_of_each_subject
        it_is_known_from_where_on_the_log_is_whole
        an_alert_is_kept_byte_for_byte_and_once
        what_could_not_be_delivered_is_kept_with_its_cursor;
    registers:
        drafts_are_revisions_and_what_says_the_same_is_none
        only_what_was_checked_is_released_and_what_is_withdrawn_leaves_a_tombstone
        public_records_are_found_by_words_values_status_and_page
        a_search_by_status_agrees_with_the_records
        rules_that_change_change_what_is_public
        a_scheduled_release_is_due_at_its_time;
    reviews:
        decisions_come_back_whole_in_their_order
        what_is_final_takes_no_further_decision;
}

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn station(id: &str) -> StationId {
    StationId::parse(id).unwrap()
}

fn parameter(id: &str) -> ParameterId {
    ParameterId::known(id)
}

/// An hourly reading in the hour `hour` of 2026-11-25 UTC.
fn reading(station_id: &str, parameter_id: &str, hour: u32, value: impl Into<Option<f64>>) -> Reading {
    Reading {
        station: station(station_id),
        parameter: parameter(parameter_id),
        period: Period::Hour,
        start: at("2026-11-25T00:00:00Z") + chrono::Duration::hours(hour.into()),
        value: value.into(),
        mark: Mark::parse("N"),
        conversion: None,
    }
}

/// A submission of these entries, received `minute` minutes after 2026-11-25T12:00Z.
fn submission(minute: u32, entries: Vec<Entry>) -> Submission {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let received = at("2026-11-25T12:00:00.123456Z") + chrono::Duration::minutes(minute.into());
    Submission {
        id: ReceiptId::new(received, NEXT.fetch_add(1, Ordering::Relaxed).into()),
        received,
        channel: Channel::Hj212,
        sender: "MN1 at 127.0.0.1:9".into(),
        station: Some(station("S1")),
        media_type: "text/plain",
        body: b"ST=22;CN=2061".to_vec().into(),
        idempotency: None,
        entries,
        deviations: Vec::new(),
        events: Vec::new(),
    }
}

fn of(minute: u32, readings: impl IntoIterator<Item = Reading>) -> Submission {
    submission(minute, readings.into_iter().map(Entry::Reading).collect())
}

fn refused(kind: VerdictKind, reason: Reason) -> Entry {
    Entry::Refused(limpid_model::receipt::Refusal { kind, reason, detail: format!("because of {}", reason.as_str()) })
}

fn key(scope: &str, key: &str) -> Option<IdempotencyKey> {
    Some(IdempotencyKey { scope: scope.into(), key: key.into() })
}
