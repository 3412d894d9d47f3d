//! Made-up records of a demonstration: `registers/samples/ID.json` of the pipeline folder.

use std::path::Path;

use anyhow::Context;
use chrono::Utc;
use limpid_ingest::registers::{Import, Line, Outcome, import};
use limpid_model::Pipeline;
use limpid_model::pipeline::RecordMapping;
use limpid_model::register::{Act, Deed, Register};
use limpid_store::{Journal, StandingQuery};

/// Who writes them, and who checks and releases them: two, as registers ask for.
const WRITER: &str = "demo";
const CHECKER: &str = "demo (check)";

/// Takes the samples in, and releases them, of every register of which nothing is known yet.
pub async fn take_in(pipeline: &Pipeline, folder: &Path, journal: &dyn Journal) -> anyhow::Result<()> {
    for register in pipeline.registers.iter() {
        let file = folder.join("registers/samples").join(format!("{}.json", register.id));
        let any = StandingQuery { register: register.id.clone(), limit: 1, ..StandingQuery::default() };
        if file.exists() && journal.registers().standings(any).await?.is_empty() {
            one(register, &file, journal).await.with_context(|| format!("samples of {}", register.id))?;
        }
    }
    Ok(())
}

async fn one(register: &Register, file: &Path, journal: &dyn Journal) -> anyhow::Result<()> {
    let (who, why, at) = (WRITER.to_owned(), "sample".to_owned(), Utc::now());
    let work = Import { register, mapping: RecordMapping::default(), dry_run: false, who, why, at };
    let mut added = Vec::new();
    let mut tell = |line: Line| match (line.outcome, line.key) {
        (Outcome::Added, Some(key)) => added.push(key),
        (Outcome::Refused(problems), _) => {
            for problem in problems {
                tracing::warn!(register = register.id, record = line.at, field = problem.field, "{}", problem.what);
            }
        }
        _ => {}
    };
    import(journal, &work, file, &mut tell, &|_| ()).await?;
    for act in [Act::Check { passed: true, findings: 0 }, Act::Release] {
        let deed = |record: &String| Deed {
            id: 0,
            register: register.id.clone(),
            record: record.clone(),
            revision: 1,
            at: Utc::now(),
            who: CHECKER.to_owned(),
            why: "sample".to_owned(),
            act,
        };
        journal.registers().act(register, added.iter().map(deed).collect()).await?;
    }
    Ok(())
}
