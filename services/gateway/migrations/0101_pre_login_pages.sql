-- What the login pages keep: which data a person was shown, and certificate logins under way.

CREATE TABLE disclosure (
    subject_id text NOT NULL,
    client_id  text NOT NULL REFERENCES relying_party ON DELETE CASCADE,
    claims     text[] NOT NULL,
    shown_at   timestamptz NOT NULL,
    PRIMARY KEY (subject_id, client_id)
);
COMMENT ON TABLE disclosure IS 'Data a person was told a service receives; names, never values';
COMMENT ON COLUMN disclosure.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN disclosure.client_id IS 'personal: where a person went';
COMMENT ON COLUMN disclosure.claims IS 'public: names of claims';
COMMENT ON COLUMN disclosure.shown_at IS 'personal';

CREATE TABLE certificate_login (
    handoff_hash   text PRIMARY KEY,
    interaction_id text NOT NULL,
    language       text NOT NULL,
    service_name   text NOT NULL,
    service_domain text NOT NULL,
    expires_at     timestamptz NOT NULL,
    ticket_hash    text UNIQUE,
    outcome        jsonb
);
CREATE INDEX certificate_login_expiry ON certificate_login (expires_at);
COMMENT ON TABLE certificate_login IS 'Certificate logins on their way to the TLS host and back';
COMMENT ON COLUMN certificate_login.handoff_hash IS 'secret: SHA-256 of the way there';
COMMENT ON COLUMN certificate_login.interaction_id IS 'public';
COMMENT ON COLUMN certificate_login.language IS 'public';
COMMENT ON COLUMN certificate_login.service_name IS 'public';
COMMENT ON COLUMN certificate_login.service_domain IS 'public';
COMMENT ON COLUMN certificate_login.expires_at IS 'public';
COMMENT ON COLUMN certificate_login.ticket_hash IS 'secret: SHA-256 of the way back';
COMMENT ON COLUMN certificate_login.outcome IS 'personal: subject, method and evidence';

GRANT SELECT, INSERT, UPDATE, DELETE ON disclosure, certificate_login TO {{runtime_role}};
