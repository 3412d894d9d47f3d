-- Withdrawals of records: what was made of public records between the deeds `first` and `deed` shows what is not public any more.
CREATE TABLE register_withdrawals (
    record INTEGER NOT NULL,
    first  INTEGER NOT NULL,    -- the release by which it had become public
    deed   INTEGER NOT NULL,    -- the withdrawal
    PRIMARY KEY (record, deed)
) STRICT, WITHOUT ROWID;

-- How many public records have a value in a filter.
CREATE TABLE register_term_counts (
    register TEXT NOT NULL,
    field    TEXT NOT NULL,
    value    TEXT NOT NULL,
    records  INTEGER NOT NULL,
    PRIMARY KEY (register, field, value)
) STRICT, WITHOUT ROWID;

INSERT INTO register_term_counts
    SELECT register, field, value, count(*) FROM register_terms GROUP BY register, field, value;

CREATE TRIGGER register_term_added AFTER INSERT ON register_terms BEGIN
    INSERT INTO register_term_counts VALUES (new.register, new.field, new.value, 1)
        ON CONFLICT DO UPDATE SET records = records + 1;
END;

CREATE TRIGGER register_term_gone AFTER DELETE ON register_terms BEGIN
    UPDATE register_term_counts SET records = records - 1
        WHERE (register, field, value) = (old.register, old.field, old.value);
END;

-- Every two signs in a row as one token, so that words of any length within Chinese text are found; and one token for each
-- value of a filter, so that both are looked for at once.
DROP TABLE register_search;
CREATE VIRTUAL TABLE register_search USING fts5(text, terms, content='', contentless_delete=1, tokenize='ascii');

ALTER TABLE register_public DROP COLUMN search;

-- The index is filled when what is public is made anew.
DELETE FROM register_rules;
