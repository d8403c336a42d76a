-- What the administration already knows of people, enrolled or not: whom a letter may invite and
-- with what a certificate or a video is compared.

CREATE TABLE census_record (
    national_id      text PRIMARY KEY,
    national_id_hash text NOT NULL,
    given_name       text NOT NULL,
    first_surname    text NOT NULL,
    second_surname   text,
    birth_date       date NOT NULL,
    document_kind    text NOT NULL,
    support_number   text,
    issued_on        date NOT NULL,
    expires_on       date,
    source           text NOT NULL,
    received_at      timestamptz NOT NULL,
    CONSTRAINT census_record_hash_key UNIQUE (national_id_hash)
);
COMMENT ON TABLE census_record IS 'Identity data and current document as the civil register tells them';
COMMENT ON COLUMN census_record.national_id IS 'personal: canonical identity number';
COMMENT ON COLUMN census_record.national_id_hash IS 'personal: keyed hash';
COMMENT ON COLUMN census_record.given_name IS 'personal';
COMMENT ON COLUMN census_record.first_surname IS 'personal';
COMMENT ON COLUMN census_record.second_surname IS 'personal';
COMMENT ON COLUMN census_record.birth_date IS 'personal';
COMMENT ON COLUMN census_record.document_kind IS 'personal';
COMMENT ON COLUMN census_record.support_number IS 'personal: contrast datum of a NIE';
COMMENT ON COLUMN census_record.issued_on IS 'personal: contrast datum of a permanent DNI';
COMMENT ON COLUMN census_record.expires_on IS 'personal: contrast datum of a DNI; null when permanent';
COMMENT ON COLUMN census_record.source IS 'public: the register that told it';
COMMENT ON COLUMN census_record.received_at IS 'public: when the feed last confirmed or changed it';

GRANT SELECT, INSERT, UPDATE, DELETE ON census_record TO {{runtime_role}};

ALTER TABLE document DROP CONSTRAINT document_kind_check;
ALTER TABLE document ADD CONSTRAINT document_kind_check CHECK (
    kind IN ('dni', 'tie', 'eu_certificate', 'residence_permit', 'withdrawal_agreement_card',
             'passport')
);
ALTER TABLE enrolment ADD COLUMN purpose text NOT NULL DEFAULT 'enrol'
    CHECK (purpose IN ('enrol', 'renew'));
ALTER TABLE enrolment ADD COLUMN with_code boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN enrolment.with_code IS 'public: whether the acceptance document has a new code';
COMMENT ON COLUMN enrolment.purpose IS 'public: enrol (or raise the level), or renew after years';
