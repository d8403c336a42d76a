-- Typed passwords and activation codes are limited by the network they come from, too.

-- A bucket that leaks at the allowed rate: one row and one time, however many attempts.
CREATE TABLE source_quota (
    source_hash text        PRIMARY KEY,
    empty_at    timestamptz NOT NULL,
    last_ticket uuid        NOT NULL
);
CREATE INDEX source_quota_empty_at ON source_quota (empty_at);
COMMENT ON TABLE source_quota IS 'Logins, activations and recoveries, by the network they came from';
COMMENT ON COLUMN source_quota.source_hash IS 'personal: keyed hash of the network';
COMMENT ON COLUMN source_quota.empty_at IS 'public: when the bucket has leaked empty';
COMMENT ON COLUMN source_quota.last_ticket IS 'public: identifier of the last admitted attempt';

GRANT SELECT, INSERT, UPDATE, DELETE ON source_quota TO {{runtime_role}};
