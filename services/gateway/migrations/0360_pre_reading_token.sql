-- What lets the technical contact of a relying party read its refusal log, and do nothing else.

CREATE TABLE reading_token (
    client_id  text PRIMARY KEY REFERENCES relying_party ON DELETE CASCADE,
    mac        text NOT NULL,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX reading_token_expiry ON reading_token (expires_at);
COMMENT ON TABLE reading_token IS 'One token a relying party that reads its refusal log';
COMMENT ON COLUMN reading_token.client_id IS 'public';
COMMENT ON COLUMN reading_token.mac IS
    'secret: HMAC-SHA-256 of the client_id and the digest of a random token';
COMMENT ON COLUMN reading_token.created_at IS 'public';
COMMENT ON COLUMN reading_token.created_by IS 'personal: as actor of relying_party_change';
COMMENT ON COLUMN reading_token.expires_at IS 'public';

GRANT SELECT, INSERT, UPDATE, DELETE ON reading_token TO {{runtime_role}};
