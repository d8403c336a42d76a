-- The projection of the registry's facts that a password needs, the password, its activation and
-- its one-time codes.

CREATE TABLE person (
    subject_id       uuid    PRIMARY KEY,
    national_id_hash text,
    level            text    CHECK (level IN ('basic', 'advanced')),
    status           text    CHECK (status IN ('active', 'renounced', 'deceased', 'revoked')),
    phone_verified   boolean NOT NULL DEFAULT true,
    person_version   bigint  NOT NULL DEFAULT 0,
    phone            text,
    email_hash       text,
    language         text,
    forbidden_words  jsonb   NOT NULL DEFAULT '[]',
    contact_version  bigint  NOT NULL DEFAULT 0
);
CREATE INDEX person_national_id_hash ON person (national_id_hash);

COMMENT ON TABLE person IS 'What the registry told: who may use a password and how to reach them';
COMMENT ON COLUMN person.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN person.national_id_hash IS 'personal: keyed hash of the identity number';
COMMENT ON COLUMN person.level IS 'public: how the person was proven at enrolment';
COMMENT ON COLUMN person.status IS 'public: whether the digital identity stands';
COMMENT ON COLUMN person.phone_verified IS 'public: false when the number was lost to another person';
COMMENT ON COLUMN person.person_version IS 'public: version of the last fact taken';
COMMENT ON COLUMN person.phone IS 'personal: E.164; null when there is none';
COMMENT ON COLUMN person.email_hash IS 'personal: keyed hash of the e-mail address';
COMMENT ON COLUMN person.language IS 'personal: BCP 47 language of messages';
COMMENT ON COLUMN person.forbidden_words IS 'personal: lengths and keyed hashes of names';
COMMENT ON COLUMN person.contact_version IS 'public: version of the last contact data taken';

CREATE TABLE credential (
    subject_id      uuid        PRIMARY KEY REFERENCES person,
    version         bigint      NOT NULL,
    password_hash   text,
    failures        integer     NOT NULL DEFAULT 0,
    blocked_at      timestamptz,
    activated_at    timestamptz,
    expires_at      timestamptz,
    last_attempt_at timestamptz,
    CHECK ((password_hash IS NULL) = (activated_at IS NULL)),
    CHECK ((password_hash IS NULL) = (expires_at IS NULL))
);

COMMENT ON TABLE credential IS 'The permanent password; the row outlives a removal to keep its version';
COMMENT ON COLUMN credential.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN credential.version IS 'public: rises with each fact published about it';
COMMENT ON COLUMN credential.password_hash IS 'secret: Argon2id over a keyed hash; null when removed';
COMMENT ON COLUMN credential.failures IS 'public: wrong passwords in a row';
COMMENT ON COLUMN credential.blocked_at IS 'public: when too many wrong passwords blocked it';
COMMENT ON COLUMN credential.activated_at IS 'public: when this password was chosen';
COMMENT ON COLUMN credential.expires_at IS 'public: when it must have been replaced';
COMMENT ON COLUMN credential.last_attempt_at IS 'personal: when a password was last tried';

CREATE TABLE activation_code (
    subject_id uuid    PRIMARY KEY REFERENCES person,
    code_hash  text,
    failures   integer NOT NULL DEFAULT 0
);

COMMENT ON TABLE activation_code IS 'The activation code in force; a new one starts without failures';
COMMENT ON COLUMN activation_code.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN activation_code.code_hash IS 'secret: keyed hash of the code; null when there is none';
COMMENT ON COLUMN activation_code.failures IS 'public: wrong codes so far; at the limit it is blocked';

-- One row for each person, so a newer activation replaces an older one.
CREATE TABLE activation (
    subject_id    uuid          PRIMARY KEY REFERENCES person,
    activation_id uuid          NOT NULL UNIQUE,
    otp_hash      text          NOT NULL,
    otp_failures  integer       NOT NULL DEFAULT 0,
    sends         timestamptz[] NOT NULL,
    expires_at    timestamptz   NOT NULL,
    proved_at     timestamptz,
    choose_until  timestamptz,
    ended_at      timestamptz
);

COMMENT ON TABLE activation IS 'The activation under way: code sent, phone proved, password chosen';
COMMENT ON COLUMN activation.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN activation.activation_id IS 'public: identifier without meaning';
COMMENT ON COLUMN activation.otp_hash IS 'secret: keyed hash of identifier and one-time code';
COMMENT ON COLUMN activation.otp_failures IS 'public: wrong one-time codes so far';
COMMENT ON COLUMN activation.sends IS 'personal: when codes were sent in the last hour';
COMMENT ON COLUMN activation.expires_at IS 'public: when the one-time code stops being valid';
COMMENT ON COLUMN activation.proved_at IS 'public: when the phone was proved';
COMMENT ON COLUMN activation.choose_until IS 'public: until when the password may be chosen';
COMMENT ON COLUMN activation.ended_at IS 'public: when it was completed or voided';

-- One row for each person and action, so two valid codes for one action cannot exist.
CREATE TABLE otp (
    subject_id  uuid          NOT NULL REFERENCES person,
    action      text          NOT NULL CHECK (action IN ('login', 'sign')),
    otp_id      uuid          NOT NULL UNIQUE,
    otp_hash    text          NOT NULL,
    failures    integer       NOT NULL DEFAULT 0,
    sends       timestamptz[] NOT NULL,
    expires_at  timestamptz   NOT NULL,
    consumed_at timestamptz,
    voided_at   timestamptz,
    PRIMARY KEY (subject_id, action)
);

COMMENT ON TABLE otp IS 'The one-time code sent for an action';
COMMENT ON COLUMN otp.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN otp.action IS 'public: what it confirms';
COMMENT ON COLUMN otp.otp_id IS 'public: identifier without meaning';
COMMENT ON COLUMN otp.otp_hash IS 'secret: keyed hash of identifier, what it is bound to, and the code';
COMMENT ON COLUMN otp.failures IS 'public: wrong attempts so far';
COMMENT ON COLUMN otp.sends IS 'personal: when codes were sent in the last hour';
COMMENT ON COLUMN otp.expires_at IS 'public: when it stops being valid';
COMMENT ON COLUMN otp.consumed_at IS 'public: when it was used';
COMMENT ON COLUMN otp.voided_at IS 'public: when it was withdrawn';

-- Counted for any identity number, enrolled or not, so that the limit says nothing about enrolment.
CREATE TABLE activation_quota (
    national_id_hash text          PRIMARY KEY,
    attempted_at     timestamptz[] NOT NULL,
    last_ticket      uuid          NOT NULL,
    last_attempt_at  timestamptz   NOT NULL
);
CREATE INDEX activation_quota_last_attempt_at ON activation_quota (last_attempt_at);

COMMENT ON TABLE activation_quota IS 'Attempts to activate, by identity number';
COMMENT ON COLUMN activation_quota.national_id_hash IS 'personal: keyed hash of the identity number';
COMMENT ON COLUMN activation_quota.attempted_at IS 'personal: admitted attempts of the last hour';
COMMENT ON COLUMN activation_quota.last_ticket IS 'public: identifier of the last admitted attempt';
COMMENT ON COLUMN activation_quota.last_attempt_at IS 'personal: when the last one was admitted';

-- A wrong password for a person writes one row and waits for the disk. Where there is no person,
-- a row here is written instead, so that the time to answer does not tell who has a password.
CREATE TABLE decoy (
    slot    integer PRIMARY KEY,
    touched bigint  NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
INSERT INTO decoy (slot) SELECT generate_series(0, 63);

COMMENT ON TABLE decoy IS 'Written in place of a credential that does not exist';
COMMENT ON COLUMN decoy.slot IS 'public: chosen by the identity number''s keyed hash';
COMMENT ON COLUMN decoy.touched IS 'public: how often it was written';

GRANT SELECT, INSERT, UPDATE ON person, credential, activation_code, activation, otp
    TO {{runtime_role}};
GRANT SELECT, INSERT, UPDATE, DELETE ON activation_quota TO {{runtime_role}};
GRANT SELECT, UPDATE ON decoy TO {{runtime_role}};
