-- Keys of every algorithm; tokens for named resources and with authorization details; a refresh
-- token whose answer was lost may be presented once more.

ALTER TABLE signing_key DROP CONSTRAINT signing_key_alg_check;
ALTER TABLE signing_key ADD CONSTRAINT signing_key_alg_check
    CHECK (alg IN ('ES256', 'PS256', 'EdDSA', 'RS256')) NOT VALID;

ALTER TABLE authorization_grant
    ADD COLUMN resources text[] NOT NULL DEFAULT '{}',
    ADD COLUMN authorization_details jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN claims_locales text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN authorization_grant.resources IS 'public: resources asked for, RFC 8707';
COMMENT ON COLUMN authorization_grant.authorization_details
    IS 'personal: what the person approved, RFC 9396; may name documents';
COMMENT ON COLUMN authorization_grant.claims_locales IS 'public: languages wanted for claims';

ALTER TABLE access_token
    ADD COLUMN authorization_details jsonb NOT NULL DEFAULT '[]';
COMMENT ON COLUMN access_token.authorization_details
    IS 'personal: what this token may be used for, RFC 9396; may name documents';

ALTER TABLE refresh_token
    ADD COLUMN parent_hash text,
    ADD COLUMN retried_at timestamptz,
    ADD COLUMN succeeded_at timestamptz;
COMMENT ON COLUMN refresh_token.parent_hash IS 'secret: SHA-256 of the token this one replaces';
COMMENT ON COLUMN refresh_token.retried_at IS 'public: presented once more after a lost answer';
COMMENT ON COLUMN refresh_token.succeeded_at IS 'public: when one of its successors was used';
