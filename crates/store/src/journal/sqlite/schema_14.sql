-- Records of registers, and how far each is.
CREATE TABLE register_records (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    register   TEXT NOT NULL,
    record     TEXT NOT NULL,        -- its key
    newest     INTEGER NOT NULL,     -- its newest revision
    state      TEXT NOT NULL,        -- of that
    editor     TEXT NOT NULL,        -- who wrote it
    released   INTEGER,              -- the revision that is public
    withdrawn  INTEGER NOT NULL DEFAULT 0,
    release_at INTEGER,
    UNIQUE (register, record)
) STRICT;

CREATE INDEX register_records_due ON register_records (release_at) WHERE release_at IS NOT NULL;

-- What was written; never changed. body is the JSON of the values, compressed.
CREATE TABLE register_revisions (
    record   INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    who      TEXT NOT NULL,
    why      TEXT NOT NULL,
    length   INTEGER NOT NULL,
    body     BLOB NOT NULL,
    PRIMARY KEY (record, revision)
) STRICT, WITHOUT ROWID;

-- The audit log; only ever added to. act is JSON.
CREATE TABLE register_deeds (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    record   INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    who      TEXT NOT NULL,
    why      TEXT NOT NULL,
    act      TEXT NOT NULL
) STRICT;

CREATE INDEX register_deeds_by_record ON register_deeds (record);

-- What the public is shown: redacted already. body is the JSON of a PublicRecord, compressed.
CREATE TABLE register_public (
    id           INTEGER PRIMARY KEY,  -- of register_records
    register     TEXT NOT NULL,
    record       TEXT NOT NULL,
    revision     INTEGER NOT NULL,
    released     INTEGER NOT NULL,
    valid_from   TEXT,
    valid_to     TEXT,
    ended        TEXT,
    end          TEXT,
    lat          REAL,
    lon          REAL,
    gone_on      TEXT,                 -- withdrawn
    gone_why     TEXT,
    repealed_on  TEXT,
    repealed_why TEXT,
    search       TEXT NOT NULL,        -- in small letters
    length       INTEGER NOT NULL,
    body         BLOB NOT NULL
) STRICT;

CREATE INDEX register_public_by_register ON register_public (register, gone_on, id, valid_from, valid_to, ended, end);
CREATE INDEX register_public_by_time ON register_public (register, released, gone_on);

-- Every revision that is or was public.
CREATE TABLE register_public_revisions (
    record   INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    released INTEGER NOT NULL,
    length   INTEGER NOT NULL,
    body     BLOB NOT NULL,
    PRIMARY KEY (record, revision)
) STRICT, WITHOUT ROWID;

-- Values of public fields by which records are filtered.
CREATE TABLE register_terms (
    register TEXT NOT NULL,
    field    TEXT NOT NULL,
    value    TEXT NOT NULL,
    record   INTEGER NOT NULL,
    PRIMARY KEY (register, field, value, record)
) STRICT, WITHOUT ROWID;

CREATE INDEX register_terms_by_record ON register_terms (record);

-- Three signs in a row, so that words within Chinese text are found.
CREATE VIRTUAL TABLE register_search USING fts5(text, content='', contentless_delete=1, tokenize='trigram');

-- The rules by which what is public was made.
CREATE TABLE register_rules (
    register TEXT PRIMARY KEY,
    digest   BLOB NOT NULL
) STRICT, WITHOUT ROWID;
