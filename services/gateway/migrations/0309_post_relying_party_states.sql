-- The release that wrote 'active' is gone.

UPDATE relying_party SET status = 'production' WHERE status = 'active';
ALTER TABLE relying_party DROP CONSTRAINT relying_party_status_check;
ALTER TABLE relying_party ADD CONSTRAINT relying_party_status_check
    CHECK (status IN ('draft', 'test', 'production', 'suspended'));
