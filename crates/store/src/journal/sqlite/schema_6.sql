-- Hours without a value, consecutive ones of one cause and reason in one row.
CREATE TABLE gaps (
    station   TEXT NOT NULL,
    parameter TEXT NOT NULL,
    start     INTEGER NOT NULL,
    end       INTEGER NOT NULL,
    cause     TEXT NOT NULL,
    reason    TEXT,
    PRIMARY KEY (station, parameter, start)
) STRICT, WITHOUT ROWID;

-- How complete years are; body is the JSON of model/gap.rs.
CREATE TABLE completeness (
    year      INTEGER NOT NULL,
    station   TEXT NOT NULL,
    parameter TEXT NOT NULL,
    body      TEXT NOT NULL,
    PRIMARY KEY (year, station, parameter)
) STRICT, WITHOUT ROWID;

-- Refused entries of known stations by the quarter of an hour in which they came, imports apart.
CREATE TABLE refused (
    station TEXT NOT NULL,
    quarter INTEGER NOT NULL,
    kind    TEXT NOT NULL,
    reason  TEXT NOT NULL,
    count   INTEGER NOT NULL,
    PRIMARY KEY (station, quarter, kind, reason)
) STRICT, WITHOUT ROWID;
