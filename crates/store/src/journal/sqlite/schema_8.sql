-- What reviewers decided; body is the JSON of model/review.rs, without its number.
CREATE TABLE reviews (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    station TEXT NOT NULL,
    start   INTEGER NOT NULL,
    end     INTEGER NOT NULL,
    body    TEXT NOT NULL
) STRICT;

CREATE INDEX reviews_by_station ON reviews (station, start);
