//! A receipt in few bytes: verdicts of one kind need none, and only exceptions carry words.

use limpid_model::{Reason, Receipt, Verdict, VerdictKind};

use super::failure::damaged;
use super::group::{Kept, Member};
use crate::error::Result;

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

/// The receipt of a submission.
pub(super) fn read(member: &Member, kept: &Kept<'_>) -> Result<Receipt> {
    let counts = kept.counts;
    let kinds: Vec<VerdictKind> = match kept.kinds {
        Some(letters) => letters
            .chars()
            .map(|letter| LETTERS.iter().find(|(_, known)| *known == letter).map(|(kind, _)| *kind))
            .collect::<Option<_>>()
            .ok_or_else(|| damaged("groups", format!("{letters:?} are no verdicts")))?,
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
    if let Some(json) = kept.exceptions {
        let exceptions: Vec<(usize, Option<Reason>, Option<String>)> =
            serde_json::from_str(json).map_err(|error| damaged("groups", error.to_string()))?;
        for (index, reason, detail) in exceptions {
            let verdict =
                verdicts.get_mut(index).ok_or_else(|| damaged("groups", format!("there is no verdict {index}")))?;
            (verdict.reason, verdict.detail) = (reason, detail);
        }
    }
    Ok(Receipt { id: member.id, received: member.received, verdicts, counts })
}
