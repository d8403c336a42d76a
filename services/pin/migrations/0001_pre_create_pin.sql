-- The projection of the registry's facts that a PIN needs, the PIN itself, and how often it is asked.

CREATE TABLE person (
    subject_id       uuid        PRIMARY KEY,
    national_id_hash text,
    level            text        CHECK (level IN ('basic', 'advanced')),
    status           text        CHECK (status IN ('active', 'renounced', 'deceased', 'revoked')),
    phone_verified   boolean     NOT NULL DEFAULT true,
    person_version   bigint      NOT NULL DEFAULT 0,
    phone            text,
    contrast_hash    text,
    language         text,
    contact_version  bigint      NOT NULL DEFAULT 0
);
CREATE INDEX person_national_id_hash ON person (national_id_hash);

COMMENT ON TABLE person IS 'What the registry told: who may use a PIN and how to reach them';
COMMENT ON COLUMN person.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN person.national_id_hash IS 'personal: keyed hash of the identity number';
COMMENT ON COLUMN person.level IS 'public: how the person was proven at enrolment';
COMMENT ON COLUMN person.status IS 'public: whether the digital identity stands';
COMMENT ON COLUMN person.phone_verified IS 'public: false when the number was lost to another person';
COMMENT ON COLUMN person.person_version IS 'public: version of the last fact taken';
COMMENT ON COLUMN person.phone IS 'personal: E.164; null when there is none';
COMMENT ON COLUMN person.contrast_hash IS 'personal: keyed hash of the contrast datum';
COMMENT ON COLUMN person.language IS 'personal: BCP 47 language of messages';
COMMENT ON COLUMN person.contact_version IS 'public: version of the last contact data taken';

-- One row for each person, so two live PINs of one person cannot exist: the newest replaces the older.
CREATE TABLE pin (
    subject_id     uuid        PRIMARY KEY REFERENCES person,
    pin_request_id uuid        NOT NULL UNIQUE,
    code_hash      text        NOT NULL,
    sent_at        timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL,
    consumed_at    timestamptz,
    voided_at      timestamptz,
    failures       integer     NOT NULL DEFAULT 0,
    locked_until   timestamptz
);

COMMENT ON TABLE pin IS 'The last PIN sent to a person, and the wrong attempts since the last right one';
COMMENT ON COLUMN pin.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN pin.pin_request_id IS 'public: identifier without meaning';
COMMENT ON COLUMN pin.code_hash IS 'secret: keyed hash of request identifier, prefix and PIN';
COMMENT ON COLUMN pin.sent_at IS 'personal: when it was sent';
COMMENT ON COLUMN pin.expires_at IS 'public: when it stops being valid';
COMMENT ON COLUMN pin.consumed_at IS 'personal: when it was used';
COMMENT ON COLUMN pin.voided_at IS 'public: when the identity behind it ended';
COMMENT ON COLUMN pin.failures IS 'public: wrong attempts in a row, over all PINs of the person';
COMMENT ON COLUMN pin.locked_until IS 'public: until when no attempt is judged';

-- Counted for any identity number, enrolled or not, so that the limit says nothing about enrolment.
CREATE TABLE pin_quota (
    national_id_hash text          PRIMARY KEY,
    requested_at     timestamptz[] NOT NULL,
    last_ticket      uuid          NOT NULL,
    last_request_at  timestamptz   NOT NULL
);
CREATE INDEX pin_quota_last_request_at ON pin_quota (last_request_at);

COMMENT ON TABLE pin_quota IS 'Requests for a PIN, by identity number';
COMMENT ON COLUMN pin_quota.national_id_hash IS 'personal: keyed hash of the identity number';
COMMENT ON COLUMN pin_quota.requested_at IS 'personal: admitted requests of the last day';
COMMENT ON COLUMN pin_quota.last_ticket IS 'public: identifier of the last admitted request';
COMMENT ON COLUMN pin_quota.last_request_at IS 'personal: when the last request was admitted';

GRANT SELECT, INSERT, UPDATE ON person, pin TO {{runtime_role}};
GRANT SELECT, INSERT, UPDATE, DELETE ON pin_quota TO {{runtime_role}};
