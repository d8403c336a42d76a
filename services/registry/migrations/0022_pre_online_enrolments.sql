-- Enrolments without an officer: by letter, by video, by certificate.

CREATE TABLE online_enrolment (
    online_enrolment_id uuid PRIMARY KEY,
    channel          text NOT NULL
        CHECK (channel IN ('letter', 'video_call', 'video_automatic', 'certificate')),
    purpose          text NOT NULL CHECK (purpose IN ('enrol', 'renew')),
    origin_id        uuid,
    national_id_hash text NOT NULL,
    subject_id       uuid REFERENCES person,
    draft            jsonb,
    mobile           text,
    language         text NOT NULL,
    state            text NOT NULL
        CHECK (state IN ('phone_pending', 'phone_proved', 'completed')),
    request_pdf      bytea,
    terms_version    text,
    terms_language   text,
    created_at       timestamptz NOT NULL,
    expires_at       timestamptz NOT NULL,
    phone_proved_at  timestamptz,
    completed_at     timestamptz,
    receipt_hash     text,
    receipt_with_code boolean,
    receipt_made_at  timestamptz,
    CONSTRAINT online_enrolment_draft_until_completed
        CHECK ((state = 'completed') = (draft IS NULL)),
    CONSTRAINT online_enrolment_completed_has_subject
        CHECK (state <> 'completed' OR subject_id IS NOT NULL)
);
CREATE UNIQUE INDEX online_enrolment_receipt_key ON online_enrolment (receipt_hash)
    WHERE receipt_hash IS NOT NULL;
CREATE INDEX online_enrolment_subject_idx ON online_enrolment (subject_id, created_at DESC);
CREATE INDEX online_enrolment_expiry_idx ON online_enrolment (expires_at)
    WHERE state <> 'completed';
COMMENT ON TABLE online_enrolment IS 'Acts of enrolment without an officer; an interrupted one resumes';
COMMENT ON COLUMN online_enrolment.online_enrolment_id IS 'public';
COMMENT ON COLUMN online_enrolment.channel IS 'public';
COMMENT ON COLUMN online_enrolment.purpose IS 'public: enrol (or raise the level), or renew after years';
COMMENT ON COLUMN online_enrolment.origin_id IS 'public: the letter or the video case';
COMMENT ON COLUMN online_enrolment.national_id_hash IS 'personal: keyed hash';
COMMENT ON COLUMN online_enrolment.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN online_enrolment.draft IS 'personal: what is entered at the end; erased then';
COMMENT ON COLUMN online_enrolment.mobile IS 'personal: E.164; erased when completed';
COMMENT ON COLUMN online_enrolment.language IS 'personal';
COMMENT ON COLUMN online_enrolment.state IS 'public';
COMMENT ON COLUMN online_enrolment.request_pdf IS 'personal: the document that the citizen signs';
COMMENT ON COLUMN online_enrolment.terms_version IS 'public';
COMMENT ON COLUMN online_enrolment.terms_language IS 'personal';
COMMENT ON COLUMN online_enrolment.created_at IS 'public';
COMMENT ON COLUMN online_enrolment.expires_at IS 'public: an unfinished act ends here';
COMMENT ON COLUMN online_enrolment.phone_proved_at IS 'public';
COMMENT ON COLUMN online_enrolment.completed_at IS 'public';
COMMENT ON COLUMN online_enrolment.receipt_hash IS 'secret: hash of the token that fetches the receipt once';
COMMENT ON COLUMN online_enrolment.receipt_with_code IS 'public: whether a new activation code goes with it';
COMMENT ON COLUMN online_enrolment.receipt_made_at IS 'public: the receipt with the code is made once';

GRANT SELECT, INSERT, UPDATE, DELETE ON online_enrolment TO {{runtime_role}};
