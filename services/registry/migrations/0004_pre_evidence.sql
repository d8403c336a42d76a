-- What was proven, by whom, and who looked. Append-only: the runtime role may add and read.

CREATE TABLE evidence (
    evidence_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subject_id  uuid NOT NULL REFERENCES person,
    kind        text NOT NULL,
    facts       jsonb NOT NULL,
    recorded_at timestamptz NOT NULL
);
CREATE INDEX evidence_subject_idx ON evidence (subject_id, recorded_at);
COMMENT ON TABLE evidence IS 'Append-only: what an enrolment, a consent or an ending rests on';
COMMENT ON COLUMN evidence.evidence_id IS 'public';
COMMENT ON COLUMN evidence.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN evidence.kind IS 'public';
COMMENT ON COLUMN evidence.facts IS 'personal: presence, document, consent, guardian, reference';
COMMENT ON COLUMN evidence.recorded_at IS 'public';

CREATE TABLE audit_event (
    audit_event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subject_id     uuid REFERENCES person,
    actor_kind     text NOT NULL CHECK (actor_kind IN ('citizen', 'officer', 'operator', 'person')),
    actor_id       uuid,
    office_id      uuid REFERENCES office,
    action         text NOT NULL,
    facts          jsonb NOT NULL,
    at             timestamptz NOT NULL
);
CREATE INDEX audit_event_subject_idx ON audit_event (subject_id, at DESC);
COMMENT ON TABLE audit_event IS 'Append-only: who did what to whom';
COMMENT ON COLUMN audit_event.audit_event_id IS 'public';
COMMENT ON COLUMN audit_event.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN audit_event.actor_kind
    IS 'public: citizen, officer, operator, or person (another one, by proving a phone)';
COMMENT ON COLUMN audit_event.actor_id IS 'personal: subject id of an officer';
COMMENT ON COLUMN audit_event.office_id IS 'public';
COMMENT ON COLUMN audit_event.action IS 'public';
COMMENT ON COLUMN audit_event.facts IS 'personal: the circumstances';
COMMENT ON COLUMN audit_event.at IS 'public';

CREATE TABLE lookup (
    lookup_id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    officer_subject_id uuid NOT NULL REFERENCES officer,
    office_id          uuid NOT NULL REFERENCES office,
    national_id_hash   text NOT NULL,
    subject_id         uuid REFERENCES person,
    reason             text NOT NULL,
    at                 timestamptz NOT NULL
);
CREATE INDEX lookup_subject_idx ON lookup (subject_id, at DESC);
COMMENT ON TABLE lookup IS 'Append-only: look-ups by officers; the citizen sees them';
COMMENT ON COLUMN lookup.lookup_id IS 'public';
COMMENT ON COLUMN lookup.officer_subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN lookup.office_id IS 'public';
COMMENT ON COLUMN lookup.national_id_hash IS 'personal: keyed hash of what was asked for';
COMMENT ON COLUMN lookup.subject_id IS 'personal: whom it found, if anyone';
COMMENT ON COLUMN lookup.reason IS 'personal: stated by the officer';
COMMENT ON COLUMN lookup.at IS 'public';

CREATE TABLE renunciation (
    proof_id     uuid PRIMARY KEY,
    subject_id   uuid NOT NULL REFERENCES person,
    acr          text NOT NULL,
    language     text NOT NULL,
    renounced_at timestamptz NOT NULL
);
COMMENT ON TABLE renunciation IS 'Append-only: proofs of renunciation';
COMMENT ON COLUMN renunciation.proof_id IS 'personal: on the proof document';
COMMENT ON COLUMN renunciation.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN renunciation.acr IS 'public: level of assurance of the act';
COMMENT ON COLUMN renunciation.language IS 'personal: of the proof';
COMMENT ON COLUMN renunciation.renounced_at IS 'personal';

GRANT SELECT, INSERT ON evidence, audit_event, lookup, renunciation TO {{runtime_role}};
