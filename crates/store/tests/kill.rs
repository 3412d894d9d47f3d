//! `kill -9` under load: what was acknowledged is there, and once.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use limpid_model::{ReceiptId, StationId};
use limpid_store::{Journal, SqliteJournal, StateDir};

use crate::child::{self, hour, submission};

const ROUNDS: u32 = 10;
const STATIONS: u32 = 48;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_receipt_is_there_after_kill_9_and_none_twice() {
    let folder = tempfile::tempdir().unwrap();
    let mut acked: Vec<(ReceiptId, String, u32)> = Vec::new();
    for round in 0..ROUNDS {
        let mut child = child::command("kill::accept_until_killed", folder.path())
            .env("LIMPID_STORE_TEST_ROUND", round.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // Another moment each round: within the first transactions, and amid checkpoints and ordering.
        let until = 1 + round * round * 50;
        let mut seen = 0;
        for line in lines {
            let line = line.unwrap();
            let mut words = line.split(' ');
            if words.next() != Some("acked") {
                continue;
            }
            // The last line may be cut off.
            let (Some(id), Some(station), Some(hour), Some("end")) =
                (words.next(), words.next(), words.next(), words.next())
            else {
                continue;
            };
            acked.push((id.parse().unwrap(), station.to_owned(), hour.parse().unwrap()));
            seen += 1;
            if seen == until {
                child.kill().unwrap();
            }
        }
        assert!(!child.wait().unwrap().success(), "round {round} ended by itself after {seen} receipts");
        assert!(seen >= until);
        check(&StateDir::lock(folder.path()).unwrap(), &acked).await;
    }
}

async fn check(state: &StateDir, acked: &[(ReceiptId, String, u32)]) {
    let journal = SqliteJournal::open(&state.journal()).unwrap();
    let mut at = HashMap::new();
    let (mut after, mut keys) = (0, HashSet::new());
    loop {
        let page = journal.tail(after, 50_000).await.unwrap();
        let Some(last) = page.last() else { break };
        after = last.seq;
        for accepted in page {
            let reading = accepted.reading;
            assert_eq!(accepted.revision, 1);
            assert_eq!(reading.value, Some(f64::from((reading.start - hour(0)).num_hours() as u32)));
            assert!(keys.insert((reading.station.clone(), reading.parameter, reading.start)), "{reading:?} twice");
            at.entry(accepted.receipt).or_insert_with(Vec::new).push(reading);
        }
    }
    for (id, station, of_hour) in acked {
        let readings = at.get(id).unwrap_or_else(|| panic!("receipt {id} was given and is lost"));
        assert_eq!(readings.len(), 3);
        assert!(readings.iter().all(|r| r.station.as_str() == station && r.start == hour(*of_hour)));
    }
    // Nothing half: what was not acknowledged is there whole or not at all.
    assert!(at.values().all(|readings| readings.len() == 3));
    assert_eq!(journal.counts().await.unwrap().stored, keys.len() as u64);
    // The order of series agrees, and the bytes are there.
    for (id, station, of_hour) in acked.iter().rev().step_by(211) {
        let stored = journal.submission(*id).await.unwrap().unwrap();
        assert_eq!(stored.body, body(station, *of_hour));
        let station = StationId::parse(station).unwrap();
        let window = journal.window(&station, hour(0), hour(1_000_000), None).await.unwrap();
        assert_eq!(window.len(), keys.iter().filter(|(of, ..)| *of == station).count());
    }
    journal.close().await.unwrap();
}

fn body(station: &str, of_hour: u32) -> Vec<u8> {
    format!("##{station} {of_hour}\r\n").repeat(10).into_bytes()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a child process of the test above"]
async fn accept_until_killed() {
    let Some(folder) = child::folder() else { return };
    let round = std::env::var("LIMPID_STORE_TEST_ROUND").unwrap();
    let state = StateDir::lock(&folder).unwrap();
    let journal = SqliteJournal::open(&state.journal()).unwrap();
    let stations: Vec<_> = (0..STATIONS)
        .map(|number| {
            let (journal, station) = (journal.clone(), format!("R{round}-{number}"));
            tokio::spawn(async move {
                for of_hour in 0_u32.. {
                    let next = submission(&station, of_hour, body(&station, of_hour));
                    let receipt = journal.accept(next).await.unwrap();
                    // One write a line, as soon as the receipt is there.
                    let line = format!("acked {} {station} {of_hour} end\n", receipt.id);
                    std::io::stdout().lock().write_all(line.as_bytes()).unwrap();
                }
            })
        })
        .collect();
    for station in stations {
        station.await.unwrap();
    }
}
