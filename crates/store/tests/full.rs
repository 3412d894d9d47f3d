//! A disk without room: a clear error, nothing lost, and on it goes when there is room again.

use std::process::Command;

use limpid_model::ReceiptId;
use limpid_store::{Journal, Lake, SqliteJournal, StoreError};

use crate::child::{self, submission};

/// Mounts a file system of 12 MB over the folder, in a mount namespace that ends with the process, and goes on there.
const MOUNT: &str = r#"mount -t tmpfs -o size=12m limpid "$0" && exec "$@""#;

#[test]
fn a_full_disk_is_said_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    // As root; else as root of a user namespace of its own, where the system allows that.
    let namespaces = [["--mount"], ["--map-root-user"]].map(|own| {
        let mut arguments = own.to_vec();
        if own == ["--map-root-user"] {
            arguments.push("--mount");
        }
        arguments
    });
    let possible = namespaces.into_iter().find(|arguments| {
        let probe =
            Command::new("unshare").args(arguments).args(["sh", "-c", MOUNT]).arg(folder.path()).arg("true").output();
        probe.is_ok_and(|output| output.status.success())
    });
    let Some(arguments) = possible else {
        println!("skipped: this system lets no test mount a file system of its own");
        return;
    };
    let child = child::command("full::fill_the_disk", folder.path());
    let mut command = Command::new("unshare");
    command
        .args(arguments)
        .args(["sh", "-c", MOUNT])
        .arg(folder.path())
        .arg(child.get_program())
        .args(child.get_args());
    for (name, value) in child.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("went through all of it"), "{text}");
}

/// Bytes that do not get smaller.
fn noise(seed: u32) -> Vec<u8> {
    let mut state = u64::from(seed) + 0x9e37_79b9_7f4a_7c15;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    std::iter::repeat_with(next).take(40_000).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a child process of the test above"]
async fn fill_the_disk() {
    let Some(folder) = child::folder() else { return };
    let filler = folder.join("filler");
    std::fs::write(&filler, vec![1; 4 << 20]).unwrap();
    let path = folder.join("journal.sqlite");
    let journal = SqliteJournal::open(&path).unwrap();
    let mut acked: Vec<(ReceiptId, u32)> = Vec::new();
    let mut failed: Vec<(ReceiptId, u32)> = Vec::new();
    // Four at a time, so that they share transactions.
    let mut round = 0;
    while failed.is_empty() {
        let tasks: Vec<_> = (0..4)
            .map(|place| {
                let (journal, number) = (journal.clone(), round * 4 + place);
                tokio::spawn(async move {
                    let next = submission("S1", number, noise(number));
                    let id = next.id;
                    (id, number, journal.accept(next).await)
                })
            })
            .collect();
        for task in tasks {
            match task.await.unwrap() {
                (id, number, Ok(_)) => acked.push((id, number)),
                (id, number, Err(StoreError::Full(_))) => failed.push((id, number)),
                (.., Err(error)) => panic!("{error}: {error:?}"),
            }
        }
        round += 1;
        assert!(round < 1000, "the disk never got full");
    }
    assert!(acked.len() > 40, "only {} went in", acked.len());
    check(&journal, &acked, &failed).await;
    // The lake says the same of the same disk, and leaves nothing half.
    std::fs::create_dir(folder.join("lake")).unwrap();
    fill_up(&folder.join("rest"));
    let lake = Lake::local(&folder.join("lake")).unwrap();
    let rows = std::sync::Arc::new(arrow_array::UInt8Array::from(noise(0))) as arrow_array::ArrayRef;
    let batch = arrow_array::RecordBatch::try_from_iter([("noise", rows)]).unwrap();
    let partition = || limpid_store::lake::Partition { path: "year=2026".into(), rows: vec![batch.clone()] };
    let full = lake.write("air-hourly", partition()).await.unwrap_err();
    assert!(matches!(full, StoreError::Full(_)), "{full}: {full:?}");
    // Still the same journal when there is room again.
    std::fs::remove_file(&filler).unwrap();
    lake.write("air-hourly", partition()).await.unwrap();
    journal.writable().await.unwrap();
    for (id, number) in failed.split_off(0) {
        let receipt = journal.accept(submission("S1", number, noise(number))).await.unwrap();
        assert_eq!((receipt.id, receipt.counts.stored), (id, 3), "nothing of the failed try is in the way");
        acked.push((id, number));
    }
    check(&journal, &acked, &[]).await;
    journal.close().await.unwrap();
    check(&SqliteJournal::open(&path).unwrap(), &acked, &[]).await;
    println!("\nwent through all of it");
}

/// Takes what room there is.
fn fill_up(path: &std::path::Path) {
    use std::io::Write;
    let mut file = std::fs::File::create(path).unwrap();
    while file.write(&[1; 4096]).is_ok_and(|written| written > 0) {}
}

async fn check(journal: &SqliteJournal, acked: &[(ReceiptId, u32)], failed: &[(ReceiptId, u32)]) {
    for (id, number) in acked {
        assert!(journal.submission(*id).await.unwrap().unwrap().body == noise(*number));
    }
    for (id, _) in failed {
        assert!(journal.submission(*id).await.unwrap().is_none());
    }
    assert_eq!(journal.tail(0, 10_000).await.unwrap().len(), acked.len() * 3);
    assert_eq!(journal.counts().await.unwrap().stored, acked.len() as u64 * 3);
}
