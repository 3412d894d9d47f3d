//! `limpid register import`

use chrono::Utc;
use limpid_ingest::registers::{Import, ImportError, Line, Outcome, import};
use limpid_model::pipeline::RecordMapping;
use limpid_model::privacy;

use super::Kept;
use super::arguments::ImportRecords;
use crate::failure::Failure;
use crate::progress::Steps;

/// Fields that are told of one record that changes.
const TOLD: usize = 20;

/// Imports; what is wrong and, of a trial, what would change goes to standard error, the counts as one JSON line to standard
/// output.
pub async fn run(arguments: ImportRecords) -> Result<(), Failure> {
    let kept = Kept::open(&arguments.of)?;
    let mapping = match &arguments.mapping {
        None => RecordMapping::default(),
        Some(file) => {
            let text = std::fs::read_to_string(file)
                .map_err(|error| Failure::Usage(format!("the mapping {} cannot be read: {error}", file.display())))?;
            let parsed = RecordMapping::parse(&file.to_string_lossy(), &text, &kept.register);
            parsed.map_err(|mistakes| Failure::Usage(mistakes.to_string()))?
        }
    };
    let name = arguments.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let work = Import {
        register: &kept.register,
        mapping,
        dry_run: arguments.dry_run,
        who: arguments.who,
        why: arguments.why.unwrap_or(name),
        at: Utc::now(),
    };
    let steps = Steps::new("records looked at");
    let mut tell = |line: Line| tell(&line, arguments.dry_run);
    let counts = import(&*kept.journal, &work, &arguments.file, &mut tell, &|done| steps.at(done, done.max(1))).await;
    steps.end();
    let counts = counts.map_err(|error| match error {
        ImportError::File(text) => Failure::Usage(format!("{}: {text}", arguments.file.display())),
        error => error.into(),
    })?;
    kept.journal.close().await?;
    println!("{}", serde_json::to_string(&counts)?);
    Ok(())
}

/// One record, on standard error. Nothing is told that the public may not see.
fn tell(line: &Line, dry_run: bool) {
    let key = line.key.as_deref().map(|key| privacy::mask(key).0).unwrap_or_default();
    match &line.outcome {
        Outcome::Refused(problems) => {
            for problem in problems {
                eprintln!("{}: {key} {}: {}", line.at, problem.field, problem.what);
            }
        }
        Outcome::Doubted(doubts) => {
            for (field, doubt) in doubts {
                eprintln!("{}: {key} {field}: a doubt, nothing is refused for it: {doubt}", line.at);
            }
        }
        Outcome::Added if dry_run => eprintln!("+ {key}"),
        Outcome::Changed(changes) if dry_run => {
            eprintln!("~ {key}");
            for change in changes.iter().take(TOLD) {
                eprintln!("    {}: {} -> {}", change.field, change.before, change.after);
            }
            if changes.is_empty() {
                eprintln!("    fields that are not public");
            } else if changes.len() > TOLD {
                eprintln!("    and {} more", changes.len() - TOLD);
            }
        }
        _ => {}
    }
}
