-- Whether an assessment is in part of an exceptional event.
ALTER TABLE assessments ADD COLUMN event INTEGER NOT NULL DEFAULT 0;
