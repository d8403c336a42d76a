-- Persons as far as the gateway must know them, sessions, and requests awaiting the person.

CREATE TABLE person (
    subject_id                    text PRIMARY KEY,
    version                       bigint NOT NULL,
    status                        text NOT NULL
        CHECK (status IN ('active', 'renounced', 'deceased', 'revoked')),
    level                         text CHECK (level IN ('basic', 'advanced')),
    national_id_hash              text,
    last_strong_identification_at timestamptz,
    updated_at                    timestamptz NOT NULL
);
COMMENT ON TABLE person IS 'Projection of the registry''s facts about a person';
COMMENT ON COLUMN person.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN person.version IS 'public: version of the last fact applied';
COMMENT ON COLUMN person.status IS 'personal';
COMMENT ON COLUMN person.level IS 'personal: level of enrolment';
COMMENT ON COLUMN person.national_id_hash IS 'personal: keyed hash';
COMMENT ON COLUMN person.last_strong_identification_at IS 'personal';
COMMENT ON COLUMN person.updated_at IS 'public';

CREATE TABLE sso_session (
    session_id      text PRIMARY KEY,
    cookie_hash     text NOT NULL UNIQUE,
    subject_id      text NOT NULL,
    loa             smallint NOT NULL CHECK (loa BETWEEN 1 AND 3),
    method          text NOT NULL,
    enrolment_level text,
    amr             text[] NOT NULL,
    auth_time       timestamptz NOT NULL,
    started_at      timestamptz NOT NULL,
    last_seen_at    timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    ended_at        timestamptz,
    ended_reason    text
);
CREATE INDEX sso_session_subject ON sso_session (subject_id) WHERE ended_at IS NULL;
CREATE INDEX sso_session_expiry ON sso_session (expires_at);
COMMENT ON TABLE sso_session IS 'A browser with the gateway';
COMMENT ON COLUMN sso_session.session_id IS 'personal: internal; relying parties see a derived sid';
COMMENT ON COLUMN sso_session.cookie_hash IS 'secret: SHA-256 of the cookie';
COMMENT ON COLUMN sso_session.subject_id IS 'personal';
COMMENT ON COLUMN sso_session.loa IS 'personal: level of assurance reached';
COMMENT ON COLUMN sso_session.method IS 'personal';
COMMENT ON COLUMN sso_session.enrolment_level IS 'personal';
COMMENT ON COLUMN sso_session.amr IS 'personal: RFC 8176 values';
COMMENT ON COLUMN sso_session.auth_time IS 'personal';
COMMENT ON COLUMN sso_session.started_at IS 'personal';
COMMENT ON COLUMN sso_session.last_seen_at IS 'personal';
COMMENT ON COLUMN sso_session.expires_at IS 'public: absolute end';
COMMENT ON COLUMN sso_session.ended_at IS 'personal';
COMMENT ON COLUMN sso_session.ended_reason IS 'personal';

CREATE TABLE connected_service (
    session_id text NOT NULL REFERENCES sso_session ON DELETE CASCADE,
    client_id  text NOT NULL REFERENCES relying_party ON DELETE CASCADE,
    sub        text NOT NULL,
    since      timestamptz NOT NULL,
    PRIMARY KEY (session_id, client_id)
);
COMMENT ON TABLE connected_service IS 'Services entered with a session';
COMMENT ON COLUMN connected_service.session_id IS 'personal';
COMMENT ON COLUMN connected_service.client_id IS 'personal: where a person went';
COMMENT ON COLUMN connected_service.sub IS 'personal: the subject as this service knows it';
COMMENT ON COLUMN connected_service.since IS 'personal';

CREATE TABLE pushed_request (
    uri_hash    text PRIMARY KEY,
    client_id   text NOT NULL REFERENCES relying_party ON DELETE CASCADE,
    parameters  jsonb NOT NULL,
    expires_at  timestamptz NOT NULL,
    consumed_at timestamptz
);
CREATE INDEX pushed_request_expiry ON pushed_request (expires_at);
COMMENT ON TABLE pushed_request IS 'Authorization requests pushed by RFC 9126';
COMMENT ON COLUMN pushed_request.uri_hash IS 'secret: SHA-256 of the request_uri reference';
COMMENT ON COLUMN pushed_request.client_id IS 'public';
COMMENT ON COLUMN pushed_request.parameters IS 'personal: may hold a login_hint';
COMMENT ON COLUMN pushed_request.expires_at IS 'public';
COMMENT ON COLUMN pushed_request.consumed_at IS 'public';

CREATE TABLE interaction (
    interaction_id text PRIMARY KEY,
    client_id      text NOT NULL REFERENCES relying_party ON DELETE CASCADE,
    browser_hash   text NOT NULL,
    request        jsonb NOT NULL,
    required_loa   smallint NOT NULL,
    essential      boolean NOT NULL,
    reasons        text[] NOT NULL,
    session_id     text,
    language       text,
    progress       jsonb NOT NULL DEFAULT '{}',
    state          text NOT NULL CHECK (state IN ('open', 'answered')),
    created_at     timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL
);
CREATE INDEX interaction_expiry ON interaction (expires_at);
COMMENT ON TABLE interaction IS 'Authorization requests awaiting the person';
COMMENT ON COLUMN interaction.interaction_id IS 'public: appears in the address of the login page';
COMMENT ON COLUMN interaction.client_id IS 'personal: where a person goes';
COMMENT ON COLUMN interaction.browser_hash IS 'secret: SHA-256 of the flow cookie';
COMMENT ON COLUMN interaction.request IS 'personal: validated request, may hold a login_hint';
COMMENT ON COLUMN interaction.required_loa IS 'public';
COMMENT ON COLUMN interaction.essential IS 'public';
COMMENT ON COLUMN interaction.reasons IS 'public';
COMMENT ON COLUMN interaction.session_id IS 'personal';
COMMENT ON COLUMN interaction.language IS 'public';
COMMENT ON COLUMN interaction.progress IS 'personal: state of the login pages';
COMMENT ON COLUMN interaction.state IS 'public';
COMMENT ON COLUMN interaction.created_at IS 'public';
COMMENT ON COLUMN interaction.expires_at IS 'public';

GRANT SELECT, INSERT, UPDATE ON person TO {{runtime_role}};
GRANT SELECT, INSERT, UPDATE, DELETE
    ON sso_session, connected_service, pushed_request, interaction TO {{runtime_role}};
