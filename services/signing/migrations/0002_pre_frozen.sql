-- A person who asked for everything to stop signs nothing until it starts again.

ALTER TABLE person ADD COLUMN frozen boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN person.frozen IS 'personal';
