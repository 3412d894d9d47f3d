-- What a judgement put against limits and targets: JSON; NULL under air quality indices.
ALTER TABLE assessments ADD COLUMN compliance TEXT;
