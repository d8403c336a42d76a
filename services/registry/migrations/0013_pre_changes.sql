-- A new phone or e-mail address on its way from being named to being proved and written.

CREATE TABLE contact_change (
    change_id          uuid PRIMARY KEY,
    kind               text NOT NULL CHECK (kind IN ('phone', 'email')),
    subject_id         uuid NOT NULL REFERENCES person,
    new_value          text,
    state              text NOT NULL
        CHECK (state IN ('code_pending', 'proved', 'awaiting_approval', 'done', 'rejected')),
    identified_by      text NOT NULL
        CHECK (identified_by IN ('office', 'certificate', 'dnie', 'login')),
    officer_subject_id uuid REFERENCES officer,
    office_id          uuid REFERENCES office,
    reason             text,
    person_version     bigint NOT NULL,
    contact_version    bigint NOT NULL,
    created_at         timestamptz NOT NULL,
    expires_at         timestamptz NOT NULL,
    proved_at          timestamptz,
    done_at            timestamptz,
    printed_at         timestamptz,
    CONSTRAINT contact_change_value_until_done
        CHECK ((state IN ('done', 'rejected')) = (new_value IS NULL)),
    CONSTRAINT contact_change_office_has_officer
        CHECK ((identified_by = 'office') = (officer_subject_id IS NOT NULL))
);
CREATE INDEX contact_change_subject_idx ON contact_change (subject_id, created_at DESC);
CREATE INDEX contact_change_open_idx ON contact_change (office_id, created_at)
    WHERE state NOT IN ('done', 'rejected');
COMMENT ON TABLE contact_change IS 'Changes of phone or e-mail address; an interrupted one resumes';
COMMENT ON COLUMN contact_change.change_id IS 'public';
COMMENT ON COLUMN contact_change.kind IS 'public: phone or email';
COMMENT ON COLUMN contact_change.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN contact_change.new_value IS 'personal: the number or address; erased at the end';
COMMENT ON COLUMN contact_change.state IS 'public';
COMMENT ON COLUMN contact_change.identified_by IS 'public: how the person was identified for it';
COMMENT ON COLUMN contact_change.officer_subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN contact_change.office_id IS 'public';
COMMENT ON COLUMN contact_change.reason IS 'personal: in the officer''s words';
COMMENT ON COLUMN contact_change.person_version IS 'public: what the change was begun upon';
COMMENT ON COLUMN contact_change.contact_version IS 'public: what the change was begun upon';
COMMENT ON COLUMN contact_change.created_at IS 'public';
COMMENT ON COLUMN contact_change.expires_at IS 'public: an unfinished change ends here';
COMMENT ON COLUMN contact_change.proved_at IS 'public: when the code came back';
COMMENT ON COLUMN contact_change.done_at IS 'public';
COMMENT ON COLUMN contact_change.printed_at IS 'public: the acceptance document is made once';

-- Signing certificates in force, as the signing service tells: a risk to weigh when the phone
-- of their holder changes.
CREATE TABLE held_certificate (
    serial_number text PRIMARY KEY,
    subject_id    uuid NOT NULL,
    not_after     timestamptz NOT NULL
);
CREATE INDEX held_certificate_subject_idx ON held_certificate (subject_id);
COMMENT ON TABLE held_certificate IS 'Signing certificates not revoked';
COMMENT ON COLUMN held_certificate.serial_number IS 'public: hexadecimal';
COMMENT ON COLUMN held_certificate.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN held_certificate.not_after IS 'public';

GRANT SELECT, INSERT, UPDATE ON contact_change TO {{runtime_role}};
GRANT SELECT, INSERT, DELETE ON held_certificate TO {{runtime_role}};
