-- What a life needs beyond coming and going: freezing, causes, corrections.

ALTER TABLE person
    ADD COLUMN frozen_at timestamptz,
    ADD COLUMN frozen_origin text
        CHECK (frozen_origin IN ('person', 'officer', 'report')),
    ADD COLUMN revocation_cause text
        CHECK (revocation_cause IN ('security', 'identity_data_changed', 'video_rejected')),
    ADD COLUMN cause_gone_at timestamptz,
    ADD COLUMN former_status text
        CHECK (former_status IN ('none', 'registered', 'renounced', 'revoked')),
    ADD COLUMN former_ended_at timestamptz,
    ADD CONSTRAINT person_frozen_has_origin CHECK ((frozen_at IS NULL) = (frozen_origin IS NULL));
COMMENT ON COLUMN person.frozen_at IS 'personal: since when every method is stopped; null: it is not';
COMMENT ON COLUMN person.frozen_origin IS 'personal: person, officer or report';
COMMENT ON COLUMN person.revocation_cause IS 'personal: of the last revocation ex officio';
COMMENT ON COLUMN person.cause_gone_at
    IS 'personal: two officers found that the cause has gone; the person may enrol again';
COMMENT ON COLUMN person.former_status IS 'personal: before a death was recorded; null: no death was';
COMMENT ON COLUMN person.former_ended_at IS 'personal: end of the identity before a death was recorded';

ALTER TABLE contact ADD COLUMN email_verified_at timestamptz;
COMMENT ON COLUMN contact.email_verified_at IS 'personal: when a code sent there came back; null: taken down';

ALTER TABLE activation_code ADD COLUMN used_at timestamptz, ADD COLUMN blocked_at timestamptz;
COMMENT ON COLUMN activation_code.state IS 'personal: active, used, blocked or replaced';
COMMENT ON COLUMN activation_code.used_at IS 'personal: first use, as the credential service told it';
COMMENT ON COLUMN activation_code.blocked_at IS 'personal: too many wrong codes, as it told it';

-- An entry of the civil registry may be wrong: two officers correct it, and it stays readable.
ALTER TABLE death_notice ADD COLUMN corrected_at timestamptz;
COMMENT ON COLUMN death_notice.corrected_at IS 'public: the entry was wrong; null: it stands';
GRANT UPDATE (died_on, source_reference, received_at, corrected_at) ON death_notice
    TO {{runtime_role}};

-- A code proves a number or an address for any act, not only for an enrolment at an office.
ALTER TABLE phone_code DROP CONSTRAINT phone_code_enrolment_id_fkey;
COMMENT ON TABLE phone_code IS 'Codes sent by SMS or e-mail that the person types or reads out';
COMMENT ON COLUMN phone_code.enrolment_id IS 'public: the act that needs the proof: enrolment or change';
COMMENT ON COLUMN phone_code.mobile_hash
    IS 'personal: keyed hash of the number or address, to limit messages to one';

ALTER TABLE renunciation
    ALTER COLUMN acr DROP NOT NULL,
    ADD COLUMN method text NOT NULL DEFAULT 'login'
        CHECK (method IN ('login', 'certificate', 'office')),
    ADD COLUMN office_id uuid REFERENCES office;
COMMENT ON COLUMN renunciation.acr IS 'public: level of assurance of the login; null at an office';
COMMENT ON COLUMN renunciation.method IS 'public: how the person was identified';
COMMENT ON COLUMN renunciation.office_id IS 'public: where, when at an office';
