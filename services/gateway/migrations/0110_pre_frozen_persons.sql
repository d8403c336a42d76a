-- A freeze stands beside the status: a frozen person has not left. Pages say since when.

ALTER TABLE person ADD COLUMN frozen_since timestamptz;
ALTER TABLE person ADD COLUMN status_since timestamptz;
COMMENT ON COLUMN person.frozen_since IS 'personal: every method is stopped since then; null: none';
COMMENT ON COLUMN person.status_since IS 'personal: when the status began, as the registry said';
