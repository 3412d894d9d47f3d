-- What stations tell of themselves (model/station_event.rs). What lasts until it changes has a row for each change.
CREATE TABLE station_events (
    station TEXT NOT NULL,
    kind    TEXT NOT NULL,
    subject TEXT NOT NULL,
    at      INTEGER NOT NULL,    -- by the station's clock
    text    TEXT NOT NULL,
    receipt BLOB NOT NULL,       -- id of the submission that brought it first
    PRIMARY KEY (station, kind, subject, at, text)
) STRICT, WITHOUT ROWID;
CREATE INDEX station_events_by_time ON station_events (station, at);
