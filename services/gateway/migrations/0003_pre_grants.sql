-- What a completed request gives: a grant, and under it the code and the tokens.

CREATE TABLE authorization_grant (
    grant_id       text PRIMARY KEY,
    client_id      text NOT NULL REFERENCES relying_party ON DELETE CASCADE,
    subject_id     text NOT NULL,
    sub            text NOT NULL,
    session_id     text NOT NULL,
    scope          text NOT NULL,
    claims         jsonb NOT NULL,
    acr            text NOT NULL,
    method         text NOT NULL,
    amr            text[] NOT NULL,
    auth_time      timestamptz NOT NULL,
    nonce          text,
    created_at     timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL,
    revoked_at     timestamptz,
    revoked_reason text
);
CREATE INDEX authorization_grant_subject ON authorization_grant (subject_id)
    WHERE revoked_at IS NULL;
CREATE INDEX authorization_grant_session ON authorization_grant (session_id)
    WHERE revoked_at IS NULL;
CREATE INDEX authorization_grant_expiry ON authorization_grant (expires_at);
COMMENT ON TABLE authorization_grant IS 'A family of tokens: what one authorization request gave';
COMMENT ON COLUMN authorization_grant.grant_id IS 'public';
COMMENT ON COLUMN authorization_grant.client_id IS 'personal: where a person went';
COMMENT ON COLUMN authorization_grant.subject_id IS 'personal';
COMMENT ON COLUMN authorization_grant.sub IS 'personal: the subject as this client knows it';
COMMENT ON COLUMN authorization_grant.session_id IS 'personal';
COMMENT ON COLUMN authorization_grant.scope IS 'public';
COMMENT ON COLUMN authorization_grant.claims IS 'public: which claims, never their values';
COMMENT ON COLUMN authorization_grant.acr IS 'personal';
COMMENT ON COLUMN authorization_grant.method IS 'personal';
COMMENT ON COLUMN authorization_grant.amr IS 'personal';
COMMENT ON COLUMN authorization_grant.auth_time IS 'personal';
COMMENT ON COLUMN authorization_grant.nonce IS 'secret';
COMMENT ON COLUMN authorization_grant.created_at IS 'public';
COMMENT ON COLUMN authorization_grant.expires_at IS 'public: when nothing under it can live any more';
COMMENT ON COLUMN authorization_grant.revoked_at IS 'public';
COMMENT ON COLUMN authorization_grant.revoked_reason IS 'public';

CREATE TABLE authorization_code (
    code_hash      text PRIMARY KEY,
    grant_id       text NOT NULL REFERENCES authorization_grant ON DELETE CASCADE,
    redirect_uri   text NOT NULL,
    code_challenge text,
    dpop_jkt       text,
    expires_at     timestamptz NOT NULL,
    consumed_at    timestamptz
);
CREATE INDEX authorization_code_grant ON authorization_code (grant_id);
COMMENT ON TABLE authorization_code IS 'Single-use codes of RFC 6749 section 4.1';
COMMENT ON COLUMN authorization_code.code_hash IS 'secret: SHA-256';
COMMENT ON COLUMN authorization_code.grant_id IS 'public';
COMMENT ON COLUMN authorization_code.redirect_uri IS 'public';
COMMENT ON COLUMN authorization_code.code_challenge IS 'public: S256';
COMMENT ON COLUMN authorization_code.dpop_jkt IS 'public: key the code is bound to';
COMMENT ON COLUMN authorization_code.expires_at IS 'public';
COMMENT ON COLUMN authorization_code.consumed_at IS 'public';

CREATE TABLE refresh_token (
    token_hash  text PRIMARY KEY,
    grant_id    text NOT NULL REFERENCES authorization_grant ON DELETE CASCADE,
    scope       text NOT NULL,
    jkt         text,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    consumed_at timestamptz
);
CREATE INDEX refresh_token_grant ON refresh_token (grant_id);
COMMENT ON TABLE refresh_token IS 'Refresh tokens; a consumed one that returns ends its family';
COMMENT ON COLUMN refresh_token.token_hash IS 'secret: SHA-256';
COMMENT ON COLUMN refresh_token.grant_id IS 'public';
COMMENT ON COLUMN refresh_token.scope IS 'public';
COMMENT ON COLUMN refresh_token.jkt IS 'public: DPoP key of a public client';
COMMENT ON COLUMN refresh_token.created_at IS 'public';
COMMENT ON COLUMN refresh_token.expires_at IS 'public';
COMMENT ON COLUMN refresh_token.consumed_at IS 'public';

CREATE TABLE access_token (
    handle_hash text PRIMARY KEY,
    grant_id    text REFERENCES authorization_grant ON DELETE CASCADE,
    client_id   text NOT NULL REFERENCES relying_party ON DELETE CASCADE,
    scope       text NOT NULL,
    audience    text[] NOT NULL,
    jkt         text,
    issued_at   timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    revoked_at  timestamptz
);
CREATE INDEX access_token_grant ON access_token (grant_id);
CREATE INDEX access_token_expiry ON access_token (expires_at);
COMMENT ON TABLE access_token IS 'Access tokens in force, so that ending one is felt at once';
COMMENT ON COLUMN access_token.handle_hash IS 'secret: SHA-256 of the opaque token or of the jti';
COMMENT ON COLUMN access_token.grant_id IS 'public: none for client_credentials';
COMMENT ON COLUMN access_token.client_id IS 'public';
COMMENT ON COLUMN access_token.scope IS 'public';
COMMENT ON COLUMN access_token.audience IS 'public';
COMMENT ON COLUMN access_token.jkt IS 'public: DPoP key';
COMMENT ON COLUMN access_token.issued_at IS 'public';
COMMENT ON COLUMN access_token.expires_at IS 'public';
COMMENT ON COLUMN access_token.revoked_at IS 'public';

CREATE TABLE used_jti (
    jti_hash   text PRIMARY KEY,
    expires_at timestamptz NOT NULL
);
CREATE INDEX used_jti_expiry ON used_jti (expires_at);
COMMENT ON TABLE used_jti IS 'Client assertions and DPoP proofs seen, until they could not be accepted';
COMMENT ON COLUMN used_jti.jti_hash IS 'public: SHA-256 of issuer or key, and jti';
COMMENT ON COLUMN used_jti.expires_at IS 'public';

CREATE TABLE logout_delivery (
    delivery_id     text PRIMARY KEY,
    client_id       text NOT NULL REFERENCES relying_party ON DELETE CASCADE,
    sub             text NOT NULL,
    sid             text NOT NULL,
    created_at      timestamptz NOT NULL,
    attempts        integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL,
    delivered_at    timestamptz,
    abandoned_at    timestamptz,
    last_outcome    text
);
CREATE INDEX logout_delivery_due ON logout_delivery (next_attempt_at)
    WHERE delivered_at IS NULL AND abandoned_at IS NULL;
COMMENT ON TABLE logout_delivery IS 'Back-channel logout tokens owed to relying parties';
COMMENT ON COLUMN logout_delivery.delivery_id IS 'public: jti of the logout token';
COMMENT ON COLUMN logout_delivery.client_id IS 'personal: where a person went';
COMMENT ON COLUMN logout_delivery.sub IS 'personal';
COMMENT ON COLUMN logout_delivery.sid IS 'personal';
COMMENT ON COLUMN logout_delivery.created_at IS 'public';
COMMENT ON COLUMN logout_delivery.attempts IS 'public';
COMMENT ON COLUMN logout_delivery.next_attempt_at IS 'public';
COMMENT ON COLUMN logout_delivery.delivered_at IS 'public';
COMMENT ON COLUMN logout_delivery.abandoned_at IS 'public';
COMMENT ON COLUMN logout_delivery.last_outcome IS 'public: HTTP status or kind of failure';

GRANT SELECT, INSERT, UPDATE, DELETE
    ON authorization_grant, authorization_code, refresh_token, access_token, used_jti,
       logout_delivery
    TO {{runtime_role}};
