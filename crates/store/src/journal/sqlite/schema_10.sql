-- Issued forecasts; body is the JSON of model/forecast.rs, compressed.
CREATE TABLE forecasts (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    subject TEXT NOT NULL,
    issued  INTEGER NOT NULL,
    length  INTEGER NOT NULL,    -- of the body before compression
    body    BLOB NOT NULL
) STRICT;

CREATE INDEX forecasts_by_subject ON forecasts (subject, issued);
CREATE INDEX forecasts_by_time ON forecasts (issued);

-- What was fitted, compressed, under the id that issues name.
CREATE TABLE forecast_models (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id     TEXT NOT NULL UNIQUE,
    note   TEXT NOT NULL,        -- JSON of ModelNote
    body   BLOB NOT NULL
) STRICT;

-- How good issues were; made anew each time. body is the JSON of ForecastScore.
CREATE TABLE forecast_scores (
    number INTEGER PRIMARY KEY,
    body   TEXT NOT NULL
) STRICT;
