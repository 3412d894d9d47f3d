//! `limpid register check`, `release`, `withdraw` and `repeal`

use chrono::{DateTime, Utc};
use limpid_model::register::{Act, Deed, State};
use limpid_store::StandingQuery;
use serde_json::json;

use super::Kept;
use super::arguments::{Check, End, Release, Which};
use crate::failure::Failure;

/// Records of one transaction.
const AT_ONCE: usize = 2000;

/// Records a review.
pub async fn check(arguments: Check) -> Result<(), Failure> {
    let kept = Kept::open(&arguments.of)?;
    let act = Act::Check { passed: arguments.result == "pass", findings: 0 };
    kept.steps(&arguments.which, State::Draft, act, &arguments.who, &arguments.note).await
}

/// Makes public, or says when.
pub async fn release(arguments: Release) -> Result<(), Failure> {
    let kept = Kept::open(&arguments.of)?;
    let act = match &arguments.at {
        None => Act::Release,
        Some(text) => {
            let at = DateTime::parse_from_rfc3339(text);
            let wrong = || Failure::Usage(format!("--at: {text:?} is no time; write 2026-12-01T08:00:00+08:00"));
            Act::Schedule { release_at: at.map_err(|_| wrong())?.to_utc() }
        }
    };
    kept.steps(&arguments.which, State::Checked, act, &arguments.who, &arguments.why).await
}

/// Withdraws, or else repeals.
pub async fn end(arguments: End, withdraw: bool) -> Result<(), Failure> {
    let kept = Kept::open(&arguments.of)?;
    let on = arguments.on.unwrap_or_else(|| kept.pipeline.publisher.zone.date_of(Utc::now()));
    let act = if withdraw { Act::Withdraw { on } } else { Act::Repeal { on } };
    let which = Which { record: arguments.record, all: false };
    kept.steps(&which, State::Released, act, &arguments.who, &arguments.why).await
}

impl Kept {
    /// Does one thing to records, and prints how many it was done to; those that it was refused for are told on standard
    /// error, and make the command fail.
    async fn steps(self, which: &Which, waiting: State, act: Act, who: &str, why: &str) -> Result<(), Failure> {
        if who.trim().is_empty() {
            return Err(Failure::Usage("--who: say who it is".into()));
        }
        let (mut done, mut refused) = (0, 0);
        for records in self.pages(which, waiting).await? {
            let deed = |(record, revision)| Deed {
                id: 0,
                register: self.register.id.clone(),
                revision,
                record,
                at: Utc::now(),
                who: who.trim().to_owned(),
                why: why.to_owned(),
                act,
            };
            let deeds: Vec<Deed> = records.into_iter().map(deed).collect();
            let names: Vec<String> = deeds.iter().map(|deed| deed.record.clone()).collect();
            for (record, outcome) in names.iter().zip(self.journal.registers().act(&self.register, deeds).await?) {
                match outcome {
                    Ok(_) => done += 1,
                    Err(refusal) => {
                        refused += 1;
                        eprintln!("{record}: {refusal}");
                    }
                }
            }
        }
        self.journal.close().await?;
        println!("{}", json!({ "act": act.as_str(), "done": done, "refused": refused }));
        if refused > 0 { Err(anyhow::anyhow!("{refused} records were refused").into()) } else { Ok(()) }
    }

    /// The keys of the records with their newest revisions, 0 of what is unknown, in pages. All of them are read first: what is
    /// done to them changes who waits.
    async fn pages(&self, which: &Which, waiting: State) -> anyhow::Result<Vec<Vec<(String, u32)>>> {
        let registers = self.journal.registers();
        if !which.all {
            let mut records = Vec::with_capacity(which.record.len());
            for record in &which.record {
                let standing = registers.standing(&self.register.id, record).await?;
                records.push((record.clone(), standing.map_or(0, |standing| standing.newest)));
            }
            return Ok(records.chunks(AT_ONCE).map(<[_]>::to_vec).collect());
        }
        let register = self.register.id.clone();
        let mut query = StandingQuery { register, state: Some(waiting), after: String::new(), limit: AT_ONCE };
        let mut pages = Vec::new();
        loop {
            let page = registers.standings(query.clone()).await?;
            let page: Vec<_> = page.into_iter().map(|(record, standing)| (record, standing.newest)).collect();
            let Some((last, _)) = page.last() else { return Ok(pages) };
            query.after.clone_from(last);
            pages.push(page);
        }
    }
}
