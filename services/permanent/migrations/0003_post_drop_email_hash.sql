-- Notices need the address itself; its hash has no reader left.
ALTER TABLE person DROP COLUMN email_hash;
