-- Passkeys, authenticator apps and recovery codes of people enrolled at advanced level.

-- The handle is what an authenticator keeps of a person: random, and nothing else's identifier.
CREATE TABLE passkey_user (
    subject_id  uuid  PRIMARY KEY REFERENCES person,
    user_handle bytea NOT NULL UNIQUE
);
COMMENT ON TABLE passkey_user IS 'By which random handle a person''s authenticators know them';
COMMENT ON COLUMN passkey_user.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN passkey_user.user_handle IS 'personal: random, kept by the authenticators';

CREATE TABLE passkey (
    passkey_id      uuid        PRIMARY KEY,
    subject_id      uuid        NOT NULL REFERENCES person,
    credential_id   bytea       NOT NULL UNIQUE,
    public_key      bytea       NOT NULL,
    sign_count      bigint      NOT NULL,
    backup_eligible boolean     NOT NULL,
    backed_up       boolean     NOT NULL,
    aaguid          uuid        NOT NULL,
    attested        boolean     NOT NULL,
    transports      text[]      NOT NULL,
    name            text        NOT NULL,
    created_at      timestamptz NOT NULL,
    last_used_at    timestamptz,
    last_attempt_at timestamptz,
    suspended_at    timestamptz,
    CHECK (backup_eligible OR NOT backed_up)
);
CREATE INDEX passkey_subject_id ON passkey (subject_id);
COMMENT ON TABLE passkey IS 'Public keys of passkeys; the private keys never leave the authenticators';
COMMENT ON COLUMN passkey.passkey_id IS 'public: identifier without meaning';
COMMENT ON COLUMN passkey.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN passkey.credential_id IS 'personal: chosen by the authenticator';
COMMENT ON COLUMN passkey.public_key IS 'personal: COSE key';
COMMENT ON COLUMN passkey.sign_count IS 'public: last count of signatures; zero when it does not count';
COMMENT ON COLUMN passkey.backup_eligible IS 'public: whether it may be copied to other devices';
COMMENT ON COLUMN passkey.backed_up IS 'public: whether it was copied, as last told';
COMMENT ON COLUMN passkey.aaguid IS 'personal: model of the authenticator; zeros when not told';
COMMENT ON COLUMN passkey.attested IS 'public: whether its maker vouched for it';
COMMENT ON COLUMN passkey.transports IS 'personal: how a browser reaches the authenticator';
COMMENT ON COLUMN passkey.name IS 'personal: what the person calls it';
COMMENT ON COLUMN passkey.created_at IS 'personal: when it was bound';
COMMENT ON COLUMN passkey.last_used_at IS 'personal: when it last opened a session';
COMMENT ON COLUMN passkey.last_attempt_at IS 'personal: when it was last tried';
COMMENT ON COLUMN passkey.suspended_at IS 'public: when its count went back: somebody holds a copy';

-- One row for each person, so a newer challenge replaces an older one.
CREATE TABLE passkey_enrolment (
    subject_id uuid        PRIMARY KEY REFERENCES person,
    challenge  bytea       NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX passkey_enrolment_expires_at ON passkey_enrolment (expires_at);
COMMENT ON TABLE passkey_enrolment IS 'The challenge a new passkey has to answer; deleted when used';
COMMENT ON COLUMN passkey_enrolment.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN passkey_enrolment.challenge IS 'secret: random, used once';
COMMENT ON COLUMN passkey_enrolment.expires_at IS 'public: when it stops being valid';

CREATE TABLE passkey_login (
    passkey_login_id uuid        PRIMARY KEY,
    challenge        bytea       NOT NULL,
    expires_at       timestamptz NOT NULL
);
CREATE INDEX passkey_login_expires_at ON passkey_login (expires_at);
COMMENT ON TABLE passkey_login IS 'The challenge of a login by passkey; deleted when used';
COMMENT ON COLUMN passkey_login.passkey_login_id IS 'public: identifier without meaning';
COMMENT ON COLUMN passkey_login.challenge IS 'secret: random, used once';
COMMENT ON COLUMN passkey_login.expires_at IS 'public: when it stops being valid';

-- One row for each person, so a newer authenticator app replaces an older one.
CREATE TABLE authenticator_app (
    subject_id    uuid        PRIMARY KEY REFERENCES person,
    app_id        uuid        NOT NULL UNIQUE,
    sealed_secret bytea       NOT NULL,
    key_id        text        NOT NULL,
    last_step     bigint      NOT NULL,
    failures      integer     NOT NULL DEFAULT 0,
    blocked_until timestamptz,
    created_at    timestamptz NOT NULL,
    last_used_at  timestamptz,
    used_for      text
);
COMMENT ON TABLE authenticator_app IS 'The app that shows time-based codes of a person';
COMMENT ON COLUMN authenticator_app.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN authenticator_app.app_id IS 'public: identifier without meaning';
COMMENT ON COLUMN authenticator_app.sealed_secret IS 'secret: encrypted to a key file';
COMMENT ON COLUMN authenticator_app.key_id IS 'public: which key it is encrypted to';
COMMENT ON COLUMN authenticator_app.last_step IS 'public: time step of the last code taken; no earlier one is';
COMMENT ON COLUMN authenticator_app.failures IS 'public: wrong codes in a row';
COMMENT ON COLUMN authenticator_app.blocked_until IS 'public: until when no code is judged';
COMMENT ON COLUMN authenticator_app.created_at IS 'personal: when it was bound';
COMMENT ON COLUMN authenticator_app.last_used_at IS 'personal: when a code was last taken';
COMMENT ON COLUMN authenticator_app.used_for IS 'personal: keyed hash of the transaction it last confirmed';

CREATE TABLE authenticator_app_enrolment (
    subject_id    uuid        PRIMARY KEY REFERENCES person,
    enrolment_id  uuid        NOT NULL UNIQUE,
    sealed_secret bytea       NOT NULL,
    key_id        text        NOT NULL,
    failures      integer     NOT NULL DEFAULT 0,
    expires_at    timestamptz NOT NULL
);
CREATE INDEX authenticator_app_enrolment_expires_at ON authenticator_app_enrolment (expires_at);
COMMENT ON TABLE authenticator_app_enrolment IS
    'A secret shown to a person and not yet proved to be in their app; deleted when proved';
COMMENT ON COLUMN authenticator_app_enrolment.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN authenticator_app_enrolment.enrolment_id IS 'public: identifier without meaning';
COMMENT ON COLUMN authenticator_app_enrolment.sealed_secret IS 'secret: encrypted to a key file';
COMMENT ON COLUMN authenticator_app_enrolment.key_id IS 'public: which key it is encrypted to';
COMMENT ON COLUMN authenticator_app_enrolment.failures IS 'public: wrong codes so far';
COMMENT ON COLUMN authenticator_app_enrolment.expires_at IS 'public: until when it may be proved';

CREATE TABLE recovery_code_set (
    subject_id    uuid        PRIMARY KEY REFERENCES person,
    key_id        text        NOT NULL,
    failures      integer     NOT NULL DEFAULT 0,
    blocked_until timestamptz,
    created_at    timestamptz NOT NULL
);
COMMENT ON TABLE recovery_code_set IS 'The printed list of codes in force; a newer one replaces it';
COMMENT ON COLUMN recovery_code_set.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN recovery_code_set.key_id IS 'public: which key the codes are hashed with';
COMMENT ON COLUMN recovery_code_set.failures IS 'public: wrong codes in a row';
COMMENT ON COLUMN recovery_code_set.blocked_until IS 'public: until when no code is judged';
COMMENT ON COLUMN recovery_code_set.created_at IS 'personal: when the list was shown';

CREATE TABLE recovery_code (
    subject_id uuid        NOT NULL REFERENCES recovery_code_set ON DELETE CASCADE,
    code_hash  text        NOT NULL,
    used_at    timestamptz,
    used_for   text,
    PRIMARY KEY (subject_id, code_hash)
);
COMMENT ON TABLE recovery_code IS 'Codes of the list in force, each good for once';
COMMENT ON COLUMN recovery_code.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN recovery_code.code_hash IS 'secret: keyed hash of subject and code';
COMMENT ON COLUMN recovery_code.used_at IS 'personal: when it was used';
COMMENT ON COLUMN recovery_code.used_for IS 'personal: keyed hash of the transaction it confirmed';

GRANT SELECT, INSERT, UPDATE, DELETE ON passkey, passkey_enrolment, passkey_login,
    authenticator_app, authenticator_app_enrolment, recovery_code_set, recovery_code
    TO {{runtime_role}};
GRANT SELECT, INSERT, UPDATE ON passkey_user TO {{runtime_role}};
