//! Two processes and one state folder.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use limpid_store::{StateDir, StoreError};

use crate::child;

#[test]
fn a_second_process_is_told_who_holds_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deeper/state");
    let mut child = child::command("lock::hold", &path).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line == "held"));
    let error = StateDir::lock(&path).unwrap_err();
    assert!(matches!(&error, StoreError::Locked { holder, .. } if *holder == child.id().to_string()), "{error}");
    assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
    // Reading beside it is allowed.
    assert_eq!(StateDir::read(&path).unwrap().journal(), path.join("journal.sqlite"));
    // A holder that dies leaves the folder free.
    child.kill().unwrap();
    child.wait().unwrap();
    let held = StateDir::lock(&path).unwrap();
    let again = StateDir::lock(&path).unwrap_err();
    assert!(matches!(&again, StoreError::Locked { holder, .. } if *holder == std::process::id().to_string()));
    drop(held);
    StateDir::lock(&path).unwrap();
    let nowhere = StateDir::read(&folder.path().join("nowhere")).unwrap_err();
    assert!(matches!(nowhere, StoreError::NotFound { .. }), "{nowhere}");
}

#[test]
#[ignore = "a child process of the test above"]
fn hold() {
    let Some(folder) = child::folder() else { return };
    let _state = StateDir::lock(&folder).unwrap();
    println!("\nheld");
    loop {
        std::thread::park();
    }
}
