-- The directory of offices, and the indexes of the audit.

ALTER TABLE office
    ADD COLUMN street       text,
    ADD COLUMN postcode     text,
    ADD COLUMN municipality text,
    ADD COLUMN province     text,
    ADD COLUMN phone        text,
    ADD COLUMN hours        jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN closures     date[] NOT NULL DEFAULT '{}',
    ADD COLUMN languages    text[] NOT NULL DEFAULT '{es}',
    ADD COLUMN services     text[] NOT NULL DEFAULT '{}',
    ADD COLUMN listed       boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN office.street IS 'public';
COMMENT ON COLUMN office.postcode IS 'public';
COMMENT ON COLUMN office.municipality IS 'public';
COMMENT ON COLUMN office.province IS 'public';
COMMENT ON COLUMN office.phone IS 'public: of the office';
COMMENT ON COLUMN office.hours IS 'public: ISO weekday 1 to 7 -> pairs of local times';
COMMENT ON COLUMN office.closures IS 'public: days on which it is shut';
COMMENT ON COLUMN office.languages IS 'public: languages spoken there';
COMMENT ON COLUMN office.services IS 'public: acts it is equipped for';
COMMENT ON COLUMN office.listed IS 'public: whether citizens find it';

ALTER TABLE officer ADD COLUMN suspended_at timestamptz;
COMMENT ON COLUMN officer.suspended_at IS 'public: when the powers were withdrawn';
CREATE INDEX officer_office_idx ON officer (office_id);

CREATE INDEX audit_event_at_idx ON audit_event (at DESC, audit_event_id DESC);
CREATE INDEX audit_event_actor_idx ON audit_event (actor_id, at DESC);
CREATE INDEX lookup_officer_idx ON lookup (officer_subject_id, at DESC);
