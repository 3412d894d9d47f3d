//! `limpid register list`, `show` and `audit`

use limpid_model::register::State;
use limpid_store::StandingQuery;
use serde_json::json;

use super::Kept;
use super::arguments::{Audit, List, Show};
use crate::failure::Failure;

/// Lines of one read.
const AT_ONCE: usize = 1000;

/// How far records are.
pub async fn list(arguments: List) -> Result<(), Failure> {
    let kept = Kept::open(&arguments.of)?;
    let zone = kept.pipeline.publisher.zone;
    let state = arguments.state_of.and_then(|word| State::ALL.into_iter().find(|state| state.as_str() == word));
    let register = kept.register.id.clone();
    let mut query = StandingQuery { register, state, after: String::new(), limit: AT_ONCE };
    loop {
        let page = kept.journal.registers().standings(query.clone()).await?;
        let Some((last, _)) = page.last() else { break };
        query.after.clone_from(last);
        for (record, standing) in page {
            let line = json!({
                "record": record,
                "revision": standing.newest,
                "state": standing.state,
                "editor": standing.editor,
                "released": standing.released,
                "withdrawn": standing.withdrawn,
                "release_at": standing.release_at.map(|at| zone.format(at)),
            });
            println!("{line}");
        }
    }
    Ok(kept.journal.close().await?)
}

/// The revisions of a record with all that they say, public or not.
pub async fn show(arguments: Show) -> Result<(), Failure> {
    let kept = Kept::open(&arguments.of)?;
    let zone = kept.pipeline.publisher.zone;
    let revisions = kept.journal.registers().revisions(&kept.register.id, &arguments.record).await?;
    kept.journal.close().await?;
    if revisions.is_empty() {
        return Err(anyhow::anyhow!("there is no record {:?} in {}", arguments.record, kept.register.id).into());
    }
    for one in revisions {
        let (at, why) = (zone.format(one.at), one.why);
        println!("{}", json!({ "revision": one.revision, "at": at, "who": one.who, "why": why, "fields": one.values }));
    }
    Ok(())
}

/// The audit log.
pub async fn audit(arguments: Audit) -> Result<(), Failure> {
    let kept = Kept::open(&arguments.of)?;
    let mut after = 0;
    loop {
        let registers = kept.journal.registers();
        let deeds = registers.deeds(&kept.register.id, arguments.record.as_deref(), after, AT_ONCE).await?;
        let Some(last) = deeds.last() else { break };
        after = last.id;
        for deed in deeds {
            println!("{}", serde_json::to_string(&deed)?);
        }
    }
    Ok(kept.journal.close().await?)
}
