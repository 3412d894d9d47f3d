-- Outside forecasts as they were issued: hours from the first on, packed (outlooks.rs). Few rows, each with a week in it.
CREATE TABLE outlooks (
    station   TEXT NOT NULL,
    parameter TEXT NOT NULL,
    model     TEXT NOT NULL,
    issued    INTEGER NOT NULL,
    start     INTEGER NOT NULL,
    hours     BLOB NOT NULL,
    PRIMARY KEY (station, parameter, model, issued)
) STRICT, WITHOUT ROWID;

-- The last answer to each request of a pull source.
CREATE TABLE fetches (
    source        TEXT NOT NULL,
    request       TEXT NOT NULL,
    url           TEXT NOT NULL,
    etag          TEXT,
    last_modified TEXT,
    digest        BLOB NOT NULL,
    PRIMARY KEY (source, request)
) STRICT, WITHOUT ROWID;
