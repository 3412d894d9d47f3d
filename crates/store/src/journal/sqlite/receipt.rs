//! A receipt in few bytes: verdicts of one kind need none, and only exceptions carry words.

use limpid_model::{Counts, Reason, Receipt, ReceiptId, Verdict, VerdictKind};
use rusqlite::Row;
use ulid::Ulid;

use super::failure::{damaged, during};
use super::time::instant;
use crate::error::Result;

/// A query for submissions that [`read`] can read.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, received, stored, same, corrected, quarantined, rejected, kinds, exceptions, sha256, channel,
             sender, station, media_type, length, body FROM submissions ",
            $rest
        )
    };
}
pub(super) use select;

const LETTERS: [(VerdictKind, char); 5] = [
    (VerdictKind::Stored, 's'),
    (VerdictKind::Same, '='),
    (VerdictKind::Corrected, 'c'),
    (VerdictKind::Quarantined, 'q'),
    (VerdictKind::Rejected, 'r'),
];

/// One letter per verdict; `None` where all are of one kind, which the counts then tell.
pub(super) fn kinds_of(verdicts: &[Verdict]) -> Option<String> {
    let first = verdicts.first()?.verdict;
    if verdicts.iter().all(|verdict| verdict.verdict == first) {
        return None;
    }
    let letter =
        |verdict: &Verdict| LETTERS.iter().find(|(kind, _)| *kind == verdict.verdict).map(|(_, letter)| *letter);
    Some(verdicts.iter().filter_map(letter).collect())
}

/// The reasons and details, as JSON; `None` where there are none.
pub(super) fn exceptions_of(verdicts: &[Verdict]) -> Option<String> {
    let exceptions: Vec<(usize, Option<Reason>, Option<&str>)> = verdicts
        .iter()
        .filter(|verdict| verdict.reason.is_some() || verdict.detail.is_some())
        .map(|verdict| (verdict.index, verdict.reason, verdict.detail.as_deref()))
        .collect();
    if exceptions.is_empty() {
        return None;
    }
    Some(serde_json::to_string(&exceptions).expect("numbers and texts can always be written as JSON"))
}

/// The receipt of a row of [`select!`].
pub(super) fn read(row: &Row<'_>) -> Result<Receipt> {
    let failed = during("reading a receipt");
    let count = |name| {
        row.get::<_, i64>(name)
            .map_err(&failed)
            .and_then(|count| u64::try_from(count).map_err(|_| damaged("submissions", format!("{name} is {count}"))))
    };
    let counts = Counts {
        stored: count("stored")?,
        same: count("same")?,
        corrected: count("corrected")?,
        quarantined: count("quarantined")?,
        rejected: count("rejected")?,
    };
    let kinds: Vec<VerdictKind> = match row.get::<_, Option<String>>("kinds").map_err(&failed)? {
        Some(letters) => letters
            .chars()
            .map(|letter| LETTERS.iter().find(|(_, known)| *known == letter).map(|(kind, _)| *kind))
            .collect::<Option<_>>()
            .ok_or_else(|| damaged("submissions", format!("{letters:?} are no verdicts")))?,
        None => {
            let of_kind = [
                (counts.stored, VerdictKind::Stored),
                (counts.same, VerdictKind::Same),
                (counts.corrected, VerdictKind::Corrected),
                (counts.quarantined, VerdictKind::Quarantined),
                (counts.rejected, VerdictKind::Rejected),
            ];
            of_kind.into_iter().flat_map(|(count, kind)| (0..count).map(move |_| kind)).collect()
        }
    };
    let mut verdicts: Vec<Verdict> = kinds
        .into_iter()
        .enumerate()
        .map(|(index, verdict)| Verdict { index, verdict, reason: None, detail: None })
        .collect();
    if let Some(json) = row.get::<_, Option<String>>("exceptions").map_err(&failed)? {
        let exceptions: Vec<(usize, Option<Reason>, Option<String>)> =
            serde_json::from_str(&json).map_err(|error| damaged("submissions", error.to_string()))?;
        for (index, reason, detail) in exceptions {
            let verdict = verdicts
                .get_mut(index)
                .ok_or_else(|| damaged("submissions", format!("there is no verdict {index}")))?;
            (verdict.reason, verdict.detail) = (reason, detail);
        }
    }
    let id = ReceiptId(Ulid::from_bytes(row.get("id").map_err(&failed)?));
    let received = instant(row.get("received").map_err(&failed)?)?;
    Ok(Receipt { id, received, verdicts, counts })
}
