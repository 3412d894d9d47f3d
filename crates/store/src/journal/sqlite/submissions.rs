//! Reading submissions back, and what became of their entries.

use limpid_model::{Channel, Counts, ReceiptId, StationId, VerdictKind};

use super::failure::{damaged, during};
use super::read::Reader;
use super::{body, group, receipt};
use crate::error::Result;
use crate::journal::{RefusalCount, StoredSubmission};

impl Reader {
    /// See [`Journal::submission`](crate::Journal::submission).
    pub fn submission(&self, id: ReceiptId) -> Result<Option<StoredSubmission>> {
        group::by_id(&self.connection, id, |member, kept| {
            let unknown = |text: &str| damaged("groups", format!("{text:?} is no station"));
            let station = kept.station.map(|text| StationId::parse(text).ok_or_else(|| unknown(text))).transpose()?;
            Ok(StoredSubmission {
                receipt: receipt::read(&member, &kept)?,
                channel: channel(kept.channel)?,
                sender: kept.sender.to_owned(),
                station,
                media_type: kept.media_type.to_owned(),
                sha256: kept.sha256.as_ref().try_into().map_err(|_| damaged("groups", "a digest is cut short"))?,
                body: body::restore(&self.connection, member.number, &kept)?,
            })
        })
    }

    /// See [`Journal::refusals`](crate::Journal::refusals).
    pub fn refusals(&self) -> Result<Vec<RefusalCount>> {
        let failed = during("reading refusals");
        let mut statement = self
            .connection
            .prepare_cached("SELECT station, channel, kind, reason, count FROM refusals ORDER BY 1, 2, 3, 4")
            .map_err(&failed)?;
        let mut rows = statement.query([]).map_err(&failed)?;
        let mut refusals = Vec::new();
        while let Some(row) = rows.next().map_err(&failed)? {
            let text = |column| row.get::<_, String>(column).map_err(&failed);
            let kind = text(2)?;
            refusals.push(RefusalCount {
                station: StationId::parse(&text(0)?),
                channel: channel(&text(1)?)?,
                kind: [VerdictKind::Quarantined, VerdictKind::Rejected]
                    .into_iter()
                    .find(|known| known.as_str() == kind)
                    .ok_or_else(|| damaged("refusals", format!("{kind:?} is no refusal")))?,
                reason: text(3)?,
                count: row.get::<_, i64>(4).map_err(&failed)?.unsigned_abs(),
            });
        }
        Ok(refusals)
    }

    /// See [`Journal::counts`](crate::Journal::counts).
    pub fn counts(&self) -> Result<Counts> {
        self.connection
            .query_row("SELECT stored, same, corrected, quarantined, rejected FROM totals", [], |row| {
                let count = |column| row.get::<_, i64>(column).map(i64::unsigned_abs);
                Ok(Counts {
                    stored: count(0)?,
                    same: count(1)?,
                    corrected: count(2)?,
                    quarantined: count(3)?,
                    rejected: count(4)?,
                })
            })
            .map_err(during("reading counts"))
    }
}

fn channel(text: &str) -> Result<Channel> {
    text.parse().map_err(|()| damaged("groups", format!("{text:?} is no channel")))
}
