-- Persons, their documents, contact data and activation codes.

CREATE TABLE person (
    subject_id       uuid PRIMARY KEY,
    national_id      text NOT NULL,
    national_id_hash text NOT NULL,
    given_name       text,
    first_surname    text,
    second_surname   text,
    birth_date       date,
    language         text,
    status           text NOT NULL,
    level            text,
    channel          text,
    enrolled_at      timestamptz,
    ended_at         timestamptz,
    last_strong_identification_at timestamptz,
    version          bigint NOT NULL DEFAULT 0,
    contact_version  bigint NOT NULL DEFAULT 0,
    created_at       timestamptz NOT NULL,
    CONSTRAINT person_national_id_key UNIQUE (national_id),
    CONSTRAINT person_national_id_hash_key UNIQUE (national_id_hash),
    CONSTRAINT person_status_known
        CHECK (status IN ('none', 'registered', 'renounced', 'revoked', 'deceased')),
    CONSTRAINT person_level_known CHECK (level IN ('basic', 'advanced')),
    CONSTRAINT person_registered_is_complete CHECK (
        status <> 'registered'
        OR (given_name IS NOT NULL AND first_surname IS NOT NULL AND birth_date IS NOT NULL
            AND level IS NOT NULL AND channel IS NOT NULL AND enrolled_at IS NOT NULL)
    )
);
COMMENT ON TABLE person IS 'One row per natural person known to the registry';
COMMENT ON COLUMN person.subject_id IS 'personal: pseudonymous, random';
COMMENT ON COLUMN person.national_id IS 'personal: DNI or NIE in canonical form';
COMMENT ON COLUMN person.national_id_hash IS 'personal: keyed hash, as other services know it';
COMMENT ON COLUMN person.given_name IS 'personal';
COMMENT ON COLUMN person.first_surname IS 'personal';
COMMENT ON COLUMN person.second_surname IS 'personal';
COMMENT ON COLUMN person.birth_date IS 'personal';
COMMENT ON COLUMN person.language IS 'personal: BCP 47 language of messages';
COMMENT ON COLUMN person.status IS 'personal: none, registered, renounced, revoked or deceased';
COMMENT ON COLUMN person.level IS 'personal: basic or advanced; null when never enrolled';
COMMENT ON COLUMN person.channel IS 'personal: the way in';
COMMENT ON COLUMN person.enrolled_at IS 'personal';
COMMENT ON COLUMN person.ended_at IS 'personal: when a renunciation, revocation or death took effect';
COMMENT ON COLUMN person.last_strong_identification_at
    IS 'personal: last act in person or with a DNIe; the five-year clock';
COMMENT ON COLUMN person.version IS 'public: rises with each published fact';
COMMENT ON COLUMN person.contact_version IS 'public: rises with each published contact change';
COMMENT ON COLUMN person.created_at IS 'personal';

CREATE TABLE document (
    document_id    uuid PRIMARY KEY,
    subject_id     uuid NOT NULL REFERENCES person,
    kind           text NOT NULL CHECK (kind IN ('dni', 'tie', 'eu_certificate')),
    support_number text,
    issued_on      date NOT NULL,
    expires_on     date,
    checked_at     timestamptz NOT NULL,
    replaced_at    timestamptz
);
CREATE UNIQUE INDEX document_current_key ON document (subject_id) WHERE replaced_at IS NULL;
COMMENT ON TABLE document IS 'Identity documents shown; one is current';
COMMENT ON COLUMN document.document_id IS 'public';
COMMENT ON COLUMN document.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN document.kind IS 'personal';
COMMENT ON COLUMN document.support_number IS 'personal: contrast datum of a NIE';
COMMENT ON COLUMN document.issued_on IS 'personal: contrast datum of a permanent DNI';
COMMENT ON COLUMN document.expires_on IS 'personal: contrast datum of a DNI; null when permanent';
COMMENT ON COLUMN document.checked_at IS 'personal';
COMMENT ON COLUMN document.replaced_at IS 'personal';

CREATE TABLE contact (
    subject_id        uuid PRIMARY KEY REFERENCES person,
    email             text NOT NULL,
    mobile            text NOT NULL,
    phone_verified_at timestamptz,
    phone_lost_at     timestamptz
);
-- One phone, one person: it is an exclusive second factor. A number that was lost stays in the
-- row of its former owner, unverified.
CREATE UNIQUE INDEX contact_mobile_owner_key ON contact (mobile)
    WHERE phone_verified_at IS NOT NULL;
COMMENT ON TABLE contact IS 'How to reach a person';
COMMENT ON COLUMN contact.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN contact.email IS 'personal';
COMMENT ON COLUMN contact.mobile IS 'personal: E.164';
COMMENT ON COLUMN contact.phone_verified_at IS 'personal: null when the number is not theirs now';
COMMENT ON COLUMN contact.phone_lost_at IS 'personal: when another person proved the number';

CREATE TABLE activation_code (
    activation_code_id uuid PRIMARY KEY,
    subject_id         uuid NOT NULL REFERENCES person,
    code_hash          text NOT NULL,
    state              text NOT NULL CHECK (state IN ('active', 'used', 'blocked', 'replaced')),
    issued_at          timestamptz NOT NULL,
    replaced_at        timestamptz
);
CREATE UNIQUE INDEX activation_code_current_key ON activation_code (subject_id)
    WHERE state <> 'replaced';
COMMENT ON TABLE activation_code IS 'Codes printed on acceptance documents';
COMMENT ON COLUMN activation_code.activation_code_id IS 'public';
COMMENT ON COLUMN activation_code.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN activation_code.code_hash IS 'secret: keyed hash; the code itself is only printed';
COMMENT ON COLUMN activation_code.state
    IS 'personal: active or replaced here; the credential service judges use and blocking';
COMMENT ON COLUMN activation_code.issued_at IS 'personal';
COMMENT ON COLUMN activation_code.replaced_at IS 'personal';

-- Deaths of people the registry does not know: the keyed hash alone, so that nobody is enrolled
-- under their number later.
CREATE TABLE death_notice (
    national_id_hash text PRIMARY KEY,
    died_on          date NOT NULL,
    source_reference text NOT NULL,
    received_at      timestamptz NOT NULL
);
COMMENT ON TABLE death_notice IS 'Deaths told by the civil registry, each once';
COMMENT ON COLUMN death_notice.national_id_hash IS 'personal: keyed hash';
COMMENT ON COLUMN death_notice.died_on IS 'personal';
COMMENT ON COLUMN death_notice.source_reference IS 'public: entry of the source';
COMMENT ON COLUMN death_notice.received_at IS 'public';

GRANT SELECT, INSERT, UPDATE ON person, document, contact, activation_code TO {{runtime_role}};
GRANT SELECT, INSERT ON death_notice TO {{runtime_role}};
