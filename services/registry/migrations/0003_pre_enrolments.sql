-- Enrolments in progress at an office, and the codes that prove a phone.

CREATE TABLE enrolment (
    enrolment_id        uuid PRIMARY KEY,
    office_id           uuid NOT NULL REFERENCES office,
    officer_subject_id  uuid NOT NULL REFERENCES officer,
    national_id_hash    text NOT NULL,
    mobile              text,
    draft               jsonb,
    reason              text NOT NULL,
    state               text NOT NULL
        CHECK (state IN ('phone_pending', 'phone_proved', 'completed')),
    subject_id          uuid REFERENCES person,
    terms_version       text,
    terms_language      text,
    created_at          timestamptz NOT NULL,
    expires_at          timestamptz NOT NULL,
    phone_proved_at     timestamptz,
    completed_at        timestamptz,
    acceptance_printed_at timestamptz,
    CONSTRAINT enrolment_draft_until_completed CHECK ((state = 'completed') = (draft IS NULL)),
    CONSTRAINT enrolment_completed_has_subject CHECK ((state = 'completed') = (subject_id IS NOT NULL))
);
CREATE INDEX enrolment_office_open_idx ON enrolment (office_id, created_at)
    WHERE state <> 'completed';
COMMENT ON TABLE enrolment IS 'Acts of enrolment at an office; a draft survives an interruption';
COMMENT ON COLUMN enrolment.enrolment_id IS 'public';
COMMENT ON COLUMN enrolment.office_id IS 'public';
COMMENT ON COLUMN enrolment.officer_subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN enrolment.national_id_hash IS 'personal: keyed hash';
COMMENT ON COLUMN enrolment.mobile IS 'personal: E.164; erased when completed';
COMMENT ON COLUMN enrolment.draft IS 'personal: what was typed; erased when completed';
COMMENT ON COLUMN enrolment.reason IS 'personal: why the person is served, in the officer''s words';
COMMENT ON COLUMN enrolment.state IS 'public: phone_pending, phone_proved or completed';
COMMENT ON COLUMN enrolment.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN enrolment.terms_version IS 'public';
COMMENT ON COLUMN enrolment.terms_language IS 'personal';
COMMENT ON COLUMN enrolment.created_at IS 'public';
COMMENT ON COLUMN enrolment.expires_at IS 'public: an unfinished draft ends here';
COMMENT ON COLUMN enrolment.phone_proved_at IS 'public';
COMMENT ON COLUMN enrolment.completed_at IS 'public';
COMMENT ON COLUMN enrolment.acceptance_printed_at IS 'public: the document with the code is made once';

CREATE TABLE phone_code (
    phone_code_id uuid PRIMARY KEY,
    enrolment_id  uuid NOT NULL REFERENCES enrolment,
    mobile_hash   text NOT NULL,
    code_hash     text NOT NULL,
    sent_at       timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    tries         integer NOT NULL DEFAULT 0,
    proved_at     timestamptz,
    undelivered_at timestamptz
);
CREATE INDEX phone_code_enrolment_idx ON phone_code (enrolment_id, sent_at DESC);
CREATE INDEX phone_code_mobile_idx ON phone_code (mobile_hash, sent_at DESC);
COMMENT ON TABLE phone_code IS 'Codes sent by SMS that the person reads out to the officer';
COMMENT ON COLUMN phone_code.phone_code_id IS 'public';
COMMENT ON COLUMN phone_code.enrolment_id IS 'public';
COMMENT ON COLUMN phone_code.mobile_hash IS 'personal: keyed hash, to limit messages to one number';
COMMENT ON COLUMN phone_code.code_hash IS 'secret: keyed hash';
COMMENT ON COLUMN phone_code.sent_at IS 'public';
COMMENT ON COLUMN phone_code.expires_at IS 'public';
COMMENT ON COLUMN phone_code.tries IS 'public';
COMMENT ON COLUMN phone_code.proved_at IS 'public: consumed here, once';
COMMENT ON COLUMN phone_code.undelivered_at IS 'public: the message could not be sent';

GRANT SELECT, INSERT, UPDATE ON enrolment, phone_code TO {{runtime_role}};
