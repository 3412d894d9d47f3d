-- Which readings behind a value are not as first received: JSON of model/observation.rs; NULL where all are.
ALTER TABLE observations ADD COLUMN revised TEXT;
