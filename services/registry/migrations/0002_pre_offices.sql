-- Who may enrol people, and where.

CREATE TABLE organisation (
    organisation_id uuid PRIMARY KEY,
    code            text NOT NULL UNIQUE,
    name            text NOT NULL
);
COMMENT ON TABLE organisation IS 'Public bodies that run registration offices';
COMMENT ON COLUMN organisation.organisation_id IS 'public';
COMMENT ON COLUMN organisation.code IS 'public: DIR3 code or another stable handle';
COMMENT ON COLUMN organisation.name IS 'public';

CREATE TABLE office (
    office_id       uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisation,
    code            text NOT NULL UNIQUE,
    name            text NOT NULL
);
COMMENT ON TABLE office IS 'Registration offices';
COMMENT ON COLUMN office.office_id IS 'public';
COMMENT ON COLUMN office.organisation_id IS 'public';
COMMENT ON COLUMN office.code IS 'public: stable handle used by operators';
COMMENT ON COLUMN office.name IS 'public';

CREATE TABLE officer (
    subject_id uuid PRIMARY KEY REFERENCES person,
    office_id  uuid NOT NULL REFERENCES office,
    name       text NOT NULL,
    role       text NOT NULL CHECK (role IN ('officer', 'supervisor')),
    active     boolean NOT NULL,
    added_at   timestamptz NOT NULL
);
COMMENT ON TABLE officer IS 'Public employees enabled to enrol people';
COMMENT ON COLUMN officer.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN officer.office_id IS 'public';
COMMENT ON COLUMN officer.name IS 'personal';
COMMENT ON COLUMN officer.role IS 'public: officer or supervisor';
COMMENT ON COLUMN officer.active IS 'public';
COMMENT ON COLUMN officer.added_at IS 'public';

GRANT SELECT, INSERT, UPDATE ON organisation, office, officer TO {{runtime_role}};
