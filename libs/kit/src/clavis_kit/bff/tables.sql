-- Tables of a browser backend (clavis_kit.bff). A service that runs one carries this file, word
-- for word, among its migrations as 0200_pre_bff_session.sql.

CREATE TABLE bff_login (
    state_hash   text PRIMARY KEY,
    browser_hash text NOT NULL,
    sealed       bytea NOT NULL,
    expires_at   timestamptz NOT NULL
);
COMMENT ON TABLE bff_login IS 'sign-ins under way: one row from the request to its answer';
COMMENT ON COLUMN bff_login.state_hash IS 'public: SHA-256 of the state parameter';
COMMENT ON COLUMN bff_login.browser_hash IS 'public: SHA-256 of the cookie that started it';
COMMENT ON COLUMN bff_login.sealed IS 'secret: nonce, PKCE verifier, return path; AES-256-GCM';
COMMENT ON COLUMN bff_login.expires_at IS 'public: after this the sign-in starts anew';
CREATE INDEX bff_login_expires_at ON bff_login (expires_at);

CREATE TABLE bff_session (
    session_hash          text PRIMARY KEY,
    subject               text NOT NULL,
    provider_sid          text,
    acr                   text,
    authenticated_at      timestamptz NOT NULL,
    sealed_tokens         bytea NOT NULL,
    access_expires_at     timestamptz NOT NULL,
    refresh_claimed_until timestamptz,
    version               integer NOT NULL DEFAULT 1,
    created_at            timestamptz NOT NULL,
    last_seen_at          timestamptz NOT NULL,
    expires_at            timestamptz NOT NULL
);
COMMENT ON TABLE bff_session IS 'signed-in browsers of this application';
COMMENT ON COLUMN bff_session.session_hash IS 'public: SHA-256 of the session cookie';
COMMENT ON COLUMN bff_session.subject IS 'personal: sub of the ID token, found again at logout';
COMMENT ON COLUMN bff_session.provider_sid IS 'public: sid of the ID token, found again at logout';
COMMENT ON COLUMN bff_session.acr IS 'public: acr of the ID token';
COMMENT ON COLUMN bff_session.authenticated_at IS 'personal: auth_time of the ID token';
COMMENT ON COLUMN bff_session.sealed_tokens IS 'secret: access, refresh and ID token; AES-256-GCM';
COMMENT ON COLUMN bff_session.access_expires_at IS 'public: end of the access token';
COMMENT ON COLUMN bff_session.refresh_claimed_until IS 'public: one process is renewing until then';
COMMENT ON COLUMN bff_session.version IS 'public: counts renewals';
COMMENT ON COLUMN bff_session.created_at IS 'personal: when the person signed in here';
COMMENT ON COLUMN bff_session.last_seen_at IS 'personal: last request, for the idle limit';
COMMENT ON COLUMN bff_session.expires_at IS 'public: absolute end of the session';
CREATE INDEX bff_session_subject ON bff_session (subject);
CREATE INDEX bff_session_provider_sid ON bff_session (provider_sid);
CREATE INDEX bff_session_expires_at ON bff_session (expires_at);

CREATE TABLE bff_logout_token (
    jti_hash   text PRIMARY KEY,
    expires_at timestamptz NOT NULL
);
COMMENT ON TABLE bff_logout_token IS 'logout tokens already obeyed, so that none works twice';
COMMENT ON COLUMN bff_logout_token.jti_hash IS 'public: SHA-256 of issuer and jti';
COMMENT ON COLUMN bff_logout_token.expires_at IS 'public: end of the token, then the row may go';
CREATE INDEX bff_logout_token_expires_at ON bff_logout_token (expires_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON bff_login, bff_session, bff_logout_token
   TO {{runtime_role}};
