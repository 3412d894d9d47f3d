-- Who may log in at the operator's desk, and by what.
CREATE TABLE desk_accounts (
    name      TEXT PRIMARY KEY,
    password  TEXT NOT NULL,        -- PHC string of Argon2id
    changed   INTEGER NOT NULL,
    temporary INTEGER NOT NULL,     -- somebody else set it: to be changed first
    totp      TEXT,                 -- secret of the second factor, base32
    totp_step INTEGER NOT NULL DEFAULT 0  -- of the last code that was taken
) STRICT, WITHOUT ROWID;

-- Sessions that have not ended. id is the SHA-256 of what the cookie holds.
CREATE TABLE desk_sessions (
    id      BLOB PRIMARY KEY,
    name    TEXT NOT NULL,
    begun   INTEGER NOT NULL,
    seen    INTEGER NOT NULL,
    address TEXT NOT NULL,
    agent   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What was done at the desk; only ever added to.
CREATE TABLE desk_log (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    who     TEXT NOT NULL,
    address TEXT NOT NULL,
    act     TEXT NOT NULL,
    what    TEXT NOT NULL
) STRICT;

CREATE INDEX desk_log_by_who ON desk_log (who, id);

-- Upload tokens that were issued at the desk. hash is the SHA-256 of the secret in hex.
CREATE TABLE desk_tokens (
    hash    TEXT PRIMARY KEY,
    station TEXT,                   -- NULL: every station
    issued  INTEGER NOT NULL,
    who     TEXT NOT NULL,
    revoked INTEGER
) STRICT, WITHOUT ROWID;
