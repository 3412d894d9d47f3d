-- For how long a link (model/link.rs) was in one state.
CREATE TABLE links (
    link  TEXT NOT NULL,
    start INTEGER NOT NULL,
    end   INTEGER,               -- NULL while it lasts; of a platform that is up, its last sign of life
    up    INTEGER NOT NULL,
    cause TEXT,
    PRIMARY KEY (link, start)
) STRICT, WITHOUT ROWID;
CREATE INDEX links_end ON links (end);
