//! `limpid officer`

use std::io::BufRead;

use anyhow::Context;
use chrono::Utc;
use limpid_publish::password;
use limpid_store::{DeskAccount, DeskChange, DeskNote, StateDir};

use crate::cli::OfficerPassword;
use crate::failure::Failure;
use crate::folder;
use crate::roles::open_journal;

/// Sets the password of somebody of the pipeline; all their sessions end.
pub fn password(arguments: OfficerPassword) -> Result<(), Failure> {
    let pipeline = folder::require(&arguments.pipeline.pipeline)?;
    let name = arguments.name.trim();
    let known = pipeline.officers.iter().map(|one| &one.name).chain(pipeline.reviewers.iter().map(|one| &one.name));
    let known: Vec<&str> = known.map(String::as_str).collect();
    if !known.contains(&name) {
        let text =
            format!("pipeline.toml has no [[officer]] or [[reviewer]] {name:?}; there are: {}", known.join(", "));
        return Err(Failure::Usage(text));
    }
    eprintln!("The password of {name}, one line:");
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).context("reading the password")?;
    let secret = line.trim_end_matches(['\n', '\r']);
    password::judge(secret, name, &pipeline.publisher.id).map_err(|weak| Failure::Usage(weak.to_string()))?;
    let hash = password::hash(secret).context("hashing the password")?;
    tokio::runtime::Builder::new_current_thread().enable_all().build().context("starting")?.block_on(async {
        let state = StateDir::lock(&arguments.state.state)?;
        let journal = open_journal(&state)?;
        let before = journal.desk().account(name).await?;
        let account = DeskAccount {
            name: name.to_owned(),
            password: hash,
            changed: Utc::now(),
            temporary: arguments.temporary,
            totp: before.and_then(|account| account.totp).filter(|_| !arguments.reset_second_factor),
        };
        let note = DeskNote {
            id: 0,
            at: Utc::now(),
            who: String::new(),
            address: "command line".to_owned(),
            act: "password_set".to_owned(),
            what: name.to_owned(),
        };
        let others = DeskChange::EndOthers(name.to_owned(), None);
        journal.desk().change(vec![DeskChange::Account(account), others, DeskChange::Note(note)]).await?;
        journal.close().await?;
        eprintln!("{name} can log in now; sessions that were open have ended");
        Ok(())
    })
}
