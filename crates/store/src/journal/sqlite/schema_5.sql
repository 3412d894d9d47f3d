-- How often, and in which ways, the form of a station's uploads departed from the standard of their protocol.
CREATE TABLE deviations (
    station TEXT NOT NULL,
    name    TEXT NOT NULL,
    count   INTEGER NOT NULL,
    first   INTEGER NOT NULL,    -- arrival of the first and of the last of them
    last    INTEGER NOT NULL,
    example BLOB NOT NULL,       -- id of the last of them
    PRIMARY KEY (station, name)
) STRICT, WITHOUT ROWID;
