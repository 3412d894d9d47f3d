//! What reviewers decided, applied to a station's hours. Pure, like everything else that makes figures, so that live and
//! history come to the same.
//!
//! A decision is about whole hours. Of several about one hour and parameter the last stands; what is marked as an event
//! stands beside it. What a station sent of a longer stretch, such as a day, is decided on only by a decision that covers all of
//! it: one about some of its hours says nothing of the rest. Of an event every figure is that has any part in it. A figure is reviewed where decisions cover all of its period, and final where all of that is final.

use chrono::Duration;
use limpid_model::review::Decision;
use limpid_model::{Assessment, Flag, Instant, Observation, ParameterId, Record, Review, Revised, StationKind, Status};

use crate::fixed::{Fixed, Mean};
use crate::standards::Rules;
use crate::validate::note;

/// Id of the rule that marks a figure of an exceptional event.
pub const EVENT: &str = "review-event";

/// Whether the rules of a figure mark it as of an exceptional event.
pub fn is_event(rules: &str) -> bool {
    rules.split(' ').any(|rule| rule == EVENT)
}

/// The decisions about one station, in the order of their numbers.
#[derive(Debug, Clone, Copy)]
pub struct Decided<'a>(&'a [Review]);

impl<'a> Decided<'a> {
    /// No decision.
    pub const NONE: Self = Self(&[]);

    /// Takes decisions that are all about one station.
    pub fn new(reviews: &'a [Review]) -> Self {
        Self(reviews)
    }

    /// The last decision about all of what was sent of `start` to `end`, or of a moment. That something is final leaves what
    /// was decided before.
    fn standing(&self, parameter: ParameterId, start: Instant, end: Instant) -> Option<&'a Review> {
        let all = |review: &&Review| review.from <= start && start < review.to && end <= review.to;
        let values = |review: &&Review| !matches!(review.decision, Decision::Event | Decision::Finalise);
        self.0.iter().filter(|review| review.is_about(parameter)).filter(all).rfind(values)
    }

    /// Whether an exceptional event was marked in any part of `start` to `end`, or at a moment.
    fn event(&self, parameter: ParameterId, start: Instant, end: Instant) -> bool {
        let touches = |review: &Review| review.from < end.max(start + Duration::microseconds(1)) && start < review.to;
        let is_event = |review: &Review| review.decision == Decision::Event && is_about(review, parameter);
        self.0.iter().any(|review| is_event(review) && touches(review))
    }

    /// Applies what was decided to a value as sent or made of minutes. Gives back the value where it may enter aggregates
    /// whatever rules say of it; `None` when rules decide as ever; `Some(None)` when it may not.
    pub fn apply(&self, observation: &mut Observation) -> Option<Option<Fixed>> {
        let (parameter, start, end) = (observation.parameter, observation.start, observation.end);
        if self.event(parameter, start, end) {
            note(&mut observation.rules, EVENT);
        }
        let review = self.standing(parameter, start, end)?;
        let value = observation.value?;
        let ruling = match review.decision {
            Decision::Accept => {
                observation.flag = Flag::Pass;
                note(&mut observation.rules, "review-accept");
                Some(Fixed::from_f64(value))
            }
            Decision::Invalidate => {
                observation.flag = Flag::Fail;
                note(&mut observation.rules, "review-invalidate");
                Some(None)
            }
            Decision::Correct { factor, offset } => {
                // A number that no figure can have is no correction: the rules go on deciding.
                let corrected = Fixed::from_f64(value * factor + offset)?;
                observation.value = Some(Mean::from(corrected).to_f64());
                observation.flag = Flag::Pass;
                note(&mut observation.rules, "review-correct");
                Some(Some(corrected))
            }
            Decision::Event | Decision::Finalise => return None,
        };
        // Of a value as sent, its own revision and the decision are one; of an hour made of minutes, theirs stay beside it.
        let (from, to) = (observation.start, observation.end);
        let own = observation.from.and(observation.revised.pop()).map_or(1, |own| own.revision);
        observation.revised.push(Revised { parameter, from, to, revision: own, review: Some(review.id) });
        ruling
    }

    /// Gives each record the status that decisions give it, and marks figures that are in part of an exceptional event.
    pub fn settle(&self, records: &mut [Record]) {
        if self.0.is_empty() {
            return;
        }
        for record in records {
            match record {
                Record::Observation(one) => {
                    one.status = self.status(&[one.parameter], one.start, one.end);
                    if !is_event(&one.rules) && self.event(one.parameter, one.start, one.end) {
                        note(&mut one.rules, EVENT);
                    }
                }
                Record::Assessment(one) => {
                    let parameters = judged(one);
                    one.status = self.status(&parameters, one.start, one.end);
                    one.event = parameters.iter().any(|parameter| self.event(*parameter, one.start, one.end));
                }
            }
        }
    }

    /// The status of a figure of these parameters: the least that any of them has over the whole of its period.
    fn status(&self, parameters: &[ParameterId], start: Instant, end: Instant) -> Status {
        let covered = |wanted: fn(&Decision) -> bool| {
            !parameters.is_empty()
                && parameters.iter().all(|parameter| {
                    let spans = self.0.iter().filter(|review| is_about(review, *parameter) && wanted(&review.decision));
                    covers(spans.map(|review| (review.from, review.to)).collect(), start, end)
                })
        };
        if covered(|decision| decision.status() == Some(Status::Final)) {
            Status::Final
        } else if covered(|decision| decision.status().is_some()) {
            Status::Reviewed
        } else {
            Status::Provisional
        }
    }
}

/// Whether a decision is about a parameter, or about what it is made of: levels of days and nights are those of hours, the trophic
/// level index is made of what it looks at.
fn is_about(review: &Review, parameter: ParameterId) -> bool {
    let made_of = || match parameter.as_str() {
        "ld" | "ln" | "ldn" | "lden" => review.is_about(ParameterId::known("leq")),
        "tli" => Rules::built_in().tli.items().all(|item| review.is_about(item)),
        _ => false,
    };
    review.is_about(parameter) || made_of()
}

/// What an assessment is made of: of a month of noise, where it says how often a limit was kept, levels of days and nights.
fn judged(assessment: &Assessment) -> Vec<ParameterId> {
    if assessment.sub.is_empty() && assessment.scheme.kind == StationKind::Noise {
        return vec![ParameterId::known("leq")];
    }
    assessment.sub.iter().map(|(parameter, _)| *parameter).collect()
}

/// Whether spans together leave nothing out between `start` and `end`. A moment is covered by the hour that it lies in.
fn covers(mut spans: Vec<(Instant, Instant)>, start: Instant, end: Instant) -> bool {
    spans.sort_unstable();
    let mut reached = start;
    for (from, to) in spans {
        if from <= reached && to > reached {
            reached = to;
        }
    }
    reached > start && reached >= end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> Instant {
        "2026-11-25T00:00:00Z".parse::<Instant>().unwrap() + chrono::Duration::hours(hour)
    }

    fn review(from: i64, to: i64, parameters: &[&str], decision: Decision) -> Review {
        Review {
            id: 1,
            at: at(0),
            who: "Li".into(),
            why: "x".into(),
            station: limpid_model::StationId::parse("S1").unwrap(),
            parameters: parameters.iter().map(|id| ParameterId::known(id)).collect(),
            from: at(from),
            to: at(to),
            decision,
        }
    }

    #[test]
    fn a_figure_is_reviewed_when_nothing_of_its_period_is_left_out() {
        let pm25 = [ParameterId::known("pm25")];
        let reviews = [
            review(0, 10, &["pm25"], Decision::Accept),
            review(12, 24, &[], Decision::Invalidate),
            review(0, 24, &["pm25"], Decision::Event),
        ];
        let status = |reviews: &[Review], from, to| Decided::new(reviews).status(&pm25, at(from), at(to));
        assert_eq!(status(&reviews, 0, 10), Status::Reviewed);
        assert_eq!(status(&reviews, 9, 10), Status::Reviewed);
        assert_eq!(status(&reviews, 0, 24), Status::Provisional, "hours 10 and 11 have no decision, only an event");
        assert_eq!(status(&reviews, 12, 25), Status::Provisional);
        assert_eq!(status(&reviews, 5, 5), Status::Reviewed, "a moment");
        let mut more = reviews.to_vec();
        more.push(review(10, 12, &[], Decision::Correct { factor: 2.0, offset: 0.0 }));
        assert_eq!(status(&more, 0, 24), Status::Reviewed);
        more.push(review(0, 12, &[], Decision::Finalise));
        assert_eq!((status(&more, 0, 12), status(&more, 0, 24)), (Status::Final, Status::Reviewed));
        // Of two parameters the one that is less sure counts.
        let both = [pm25[0], ParameterId::known("pm10")];
        assert_eq!(Decided::new(&reviews).status(&both, at(0), at(10)), Status::Provisional);
        assert_eq!(Decided::NONE.status(&[], at(0), at(1)), Status::Provisional);
    }
}
