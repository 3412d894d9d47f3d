//! Accounts, sessions, log and tokens of the operator's desk.

use super::{Open, at};
use crate::journal::{DeskAccount, DeskChange, DeskNote, DeskSession, DeskToken};

fn account(name: &str) -> DeskAccount {
    let changed = at("2026-11-25T00:00:00.5Z");
    DeskAccount { name: name.into(), password: "$argon2id$x".into(), changed, temporary: true, totp: None }
}

fn session(number: u8, name: &str, begun: &str) -> DeskSession {
    let (begun, agent) = (at(begun), "Firefox".into());
    DeskSession { id: [number; 32], name: name.into(), begun, seen: begun, address: "::1".into(), agent }
}

pub async fn sessions_survive_a_restart_and_end_one_by_one_or_together(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let begun = [(1, "Li", "08:00"), (2, "Li", "09:00"), (3, "Wang", "09:30"), (4, "Li", "10:00")];
    let begun = begun.map(|(number, name, time)| session(number, name, &format!("2026-11-25T{time}:00Z")));
    let changes = begun.clone().map(DeskChange::Begin).to_vec();
    assert_eq!(journal.desk().change(changes).await.unwrap(), 4);
    journal.close().await.unwrap();

    let journal = open(folder.path());
    assert_eq!(journal.desk().session([2; 32]).await.unwrap().as_ref(), Some(&begun[1]));
    assert_eq!(journal.desk().session([9; 32]).await.unwrap(), None);
    let ids = async |name: &str| {
        journal.desk().sessions(name).await.unwrap().iter().map(|session| session.id[0]).collect::<Vec<_>>()
    };
    assert_eq!(ids("Li").await, [4, 2, 1]);
    let seen = at("2026-11-25T11:00:00Z");
    journal.desk().change(vec![DeskChange::Seen([1; 32], seen), DeskChange::End([2; 32])]).await.unwrap();
    assert_eq!(journal.desk().session([1; 32]).await.unwrap().unwrap().seen, seen);
    assert_eq!(ids("Li").await, [4, 1]);
    // Idle since before 10:00; the first was seen at 11:00.
    journal.desk().change(vec![DeskChange::EndOld(at("2026-11-25T00:00:00Z"), begun[3].seen)]).await.unwrap();
    assert_eq!((ids("Li").await, ids("Wang").await), (vec![4, 1], vec![]));
    // Begun before 09:00, however much it is used.
    journal.desk().change(vec![DeskChange::EndOld(begun[1].begun, at("2026-11-25T00:00:00Z"))]).await.unwrap();
    assert_eq!(ids("Li").await, [4]);
    journal.desk().change(vec![DeskChange::EndOthers("Li".into(), Some([4; 32]))]).await.unwrap();
    assert_eq!(ids("Li").await, [4]);
    journal.desk().change(vec![DeskChange::EndOthers("Li".into(), None)]).await.unwrap();
    assert_eq!(ids("Li").await, [0; 0]);
}

pub async fn an_account_is_set_anew_and_a_code_is_taken_once(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    assert_eq!(journal.desk().account("Li").await.unwrap(), None);
    journal.desk().change(vec![DeskChange::Account(account("Li")), DeskChange::Account(account("A"))]).await.unwrap();
    let code = async |step| journal.desk().change(vec![DeskChange::Code("Li".into(), step)]).await.unwrap();
    assert_eq!([code(7).await, code(7).await, code(6).await, code(8).await], [1, 0, 0, 1]);
    let own =
        DeskAccount { temporary: false, totp: Some("BASE32".into()), password: "$argon2id$y".into(), ..account("Li") };
    journal.desk().change(vec![DeskChange::Account(own.clone())]).await.unwrap();
    assert_eq!(journal.desk().account("Li").await.unwrap(), Some(own.clone()));
    assert_eq!(code(8).await, 0, "a new password does not let an old code in");
    assert_eq!(journal.desk().accounts().await.unwrap(), [account("A"), own]);
}

pub async fn the_log_and_tokens_come_back_the_newest_first(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let note = |who: &str, act: &str| DeskNote {
        id: 0,
        at: at("2026-11-25T00:00:00Z"),
        who: who.into(),
        address: "127.0.0.1".into(),
        act: act.into(),
        what: "permits/甲".into(),
    };
    let notes = [note("Li", "login"), note("", "login_failed"), note("Li", "logout")];
    journal.desk().change(notes.clone().map(DeskChange::Note).to_vec()).await.unwrap();
    let acts = async |who, before, limit| {
        let found = journal.desk().notes(who, before, limit).await.unwrap();
        found.into_iter().map(|note| (note.id, note.act)).collect::<Vec<_>>()
    };
    assert_eq!(acts(None, u64::MAX, 2).await, [(3, "logout".to_owned()), (2, "login_failed".to_owned())]);
    assert_eq!(acts(None, 2, 9).await, [(1, "login".to_owned())]);
    assert_eq!(acts(Some("Li"), u64::MAX, 9).await.len(), 2);
    assert_eq!(journal.desk().notes(None, 2, 1).await.unwrap(), [DeskNote { id: 1, ..notes[0].clone() }]);

    let token = |hash: &str, day: &str, station: Option<&str>| DeskToken {
        hash: hash.into(),
        station: station.map(str::to_owned),
        issued: at(&format!("{day}T00:00:00Z")),
        who: "Li".into(),
        revoked: None,
    };
    let (old, new) = (token("aa", "2026-11-24", None), token("bb", "2026-11-25", Some("S1")));
    journal.desk().change(vec![DeskChange::Issue(old.clone()), DeskChange::Issue(new.clone())]).await.unwrap();
    let revoked = at("2026-11-26T00:00:00Z");
    let revoke = async |at| journal.desk().change(vec![DeskChange::Revoke("aa".into(), at)]).await.unwrap();
    assert_eq!((revoke(revoked).await, revoke(at("2026-11-27T00:00:00Z")).await), (1, 0), "once is for good");
    assert_eq!(journal.desk().tokens().await.unwrap(), [new, DeskToken { revoked: Some(revoked), ..old }]);
}
