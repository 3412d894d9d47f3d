-- Instants are microseconds since 1970-01-01 UTC. Values have no declared numeric type: a REAL column would store
-- -0.0 as 0.

-- What a reading or an observation is a value of.
CREATE TABLE series (
    id        INTEGER PRIMARY KEY,
    station   TEXT NOT NULL,
    parameter TEXT NOT NULL,
    period    TEXT NOT NULL,
    statistic TEXT NOT NULL,
    UNIQUE (station, parameter, period, statistic)
) STRICT;

-- What an assessment is one of.
CREATE TABLE assessed (
    id      INTEGER PRIMARY KEY,
    station TEXT NOT NULL,
    scheme  TEXT NOT NULL,
    period  TEXT NOT NULL,
    UNIQUE (station, scheme, period)
) STRICT;

-- Texts that stand in many rows: conversions, rules.
CREATE TABLE words (
    id   INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE
) STRICT;

-- Uploads, those of one transaction together (group.rs), each with the readings stored from it (pack.rs). A submission
-- with number n and r stored readings takes the numbers n to n+r; its readings have the numbers from n+1.
CREATE TABLE groups (
    number         INTEGER PRIMARY KEY,  -- of the first submission
    last           INTEGER NOT NULL,     -- number of the last submission or of its last reading
    newest_reading INTEGER NOT NULL,     -- number of the last reading, 0 where there are none
    first_id       BLOB NOT NULL,        -- the smallest id
    last_id        BLOB NOT NULL,        -- the greatest
    members        BLOB NOT NULL,        -- number, id and time of each submission
    length         INTEGER NOT NULL,     -- of the content before compression
    content        BLOB NOT NULL
) STRICT;
CREATE INDEX groups_id ON groups (last_id);

-- Bodies that are too long for a group, compressed.
CREATE TABLE bodies (
    submission INTEGER PRIMARY KEY,
    length     INTEGER NOT NULL,         -- before compression
    body       BLOB NOT NULL
) STRICT;

CREATE TABLE keys (
    scope      TEXT NOT NULL,            -- whose idempotency key it is
    key        TEXT NOT NULL,
    submission INTEGER NOT NULL,
    PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;

-- The same readings in the order of time and series, those of one series and one span of time packed into few values.
-- Written behind the groups, many at a time. What is measured now stands together, so that writing it touches few
-- pages however many series there are. positions.indexed says how far it got.
CREATE TABLE blocks (
    span     INTEGER NOT NULL,   -- start divided by the length of the series' spans (index.rs)
    series   INTEGER NOT NULL,
    newest   INTEGER NOT NULL,   -- number of the newest of its readings
    readings BLOB NOT NULL,
    PRIMARY KEY (span, series, newest)
) STRICT, WITHOUT ROWID;

-- From when to when a series has readings in blocks.
CREATE TABLE extents (
    series INTEGER PRIMARY KEY,
    first  INTEGER NOT NULL,     -- earliest start
    last   INTEGER NOT NULL,     -- latest start
    fresh  INTEGER NOT NULL      -- how many are first revisions
) STRICT;

CREATE TABLE observations (
    seq      INTEGER PRIMARY KEY,
    series   INTEGER NOT NULL,
    start    INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    end      INTEGER NOT NULL,
    value    ANY,
    flag     INTEGER NOT NULL,
    mark     TEXT,
    status   INTEGER NOT NULL,
    n        INTEGER,
    expected INTEGER,
    rules    INTEGER NOT NULL,
    source   BLOB,               -- id of the submission
    at       INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX observations_key ON observations (series, start, revision);

-- seq is one sequence with that of observations.
CREATE TABLE assessments (
    seq      INTEGER PRIMARY KEY,
    assessed INTEGER NOT NULL,
    start    INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    end      INTEGER NOT NULL,
    value    INTEGER,            -- the index
    level    INTEGER,
    primaries TEXT NOT NULL,     -- 'pm25 o3'
    sub      TEXT NOT NULL,      -- 'pm25=34 o3=-'
    reason   TEXT,
    status   INTEGER NOT NULL,
    at       INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX assessments_key ON assessments (assessed, start, revision);

-- How far whoever follows a tail has got.
CREATE TABLE cursors (
    name   TEXT PRIMARY KEY,
    number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE positions (
    name   TEXT PRIMARY KEY,
    number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO positions VALUES ('indexed', 0), ('probe', 0);

-- All verdicts ever given.
CREATE TABLE totals (
    id          INTEGER PRIMARY KEY CHECK (id = 1),
    stored      INTEGER NOT NULL,
    same        INTEGER NOT NULL,
    corrected   INTEGER NOT NULL,
    quarantined INTEGER NOT NULL,
    rejected    INTEGER NOT NULL
) STRICT;
INSERT INTO totals VALUES (1, 0, 0, 0, 0, 0);

CREATE TABLE refusals (
    station TEXT NOT NULL,       -- '' where it is not known
    channel TEXT NOT NULL,
    kind    TEXT NOT NULL,
    reason  TEXT NOT NULL,
    count   INTEGER NOT NULL,
    PRIMARY KEY (station, channel, kind, reason)
) STRICT, WITHOUT ROWID;
