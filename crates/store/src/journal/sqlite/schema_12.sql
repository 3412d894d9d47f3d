-- What happened besides published records. seq is one sequence with those of observations and assessments.
CREATE TABLE events (
    seq     INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    kind    TEXT NOT NULL,
    subject TEXT NOT NULL,
    body    TEXT NOT NULL        -- JSON of Note, model/event.rs
) STRICT;

CREATE INDEX events_by_subject ON events (kind, subject, seq);

-- Alerts to the public; document is CAP as it came.
CREATE TABLE alerts (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    sender     TEXT NOT NULL,
    identifier TEXT NOT NULL,
    body       TEXT NOT NULL,    -- JSON of model/alert.rs
    document   BLOB NOT NULL,
    UNIQUE (sender, identifier)
) STRICT;

-- Events that a webhook would not take.
CREATE TABLE dead_letters (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook  TEXT NOT NULL,
    seq      INTEGER NOT NULL,   -- of the event
    at       INTEGER NOT NULL,   -- when it was given up
    attempts INTEGER NOT NULL,
    error    TEXT NOT NULL
) STRICT;

CREATE INDEX dead_letters_by_webhook ON dead_letters (webhook, id);
