-- Figures of areas and of long periods, each revision kept. subject: 'station/S1' or 'area/…'; body: JSON.
CREATE TABLE summaries (
    subject  TEXT NOT NULL,
    kind     TEXT NOT NULL,
    period   TEXT NOT NULL,
    start    INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    end      INTEGER NOT NULL,
    body     TEXT NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (kind, period, subject, start, revision)
) STRICT, WITHOUT ROWID;
