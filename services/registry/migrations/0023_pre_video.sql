-- Identification by video: appointments, calls with an agent, automatic cases and their review.

CREATE TABLE video_appointment (
    appointment_id   uuid PRIMARY KEY,
    token_hash       text NOT NULL UNIQUE,
    national_id_hash text NOT NULL,
    language         text NOT NULL,
    email            text NOT NULL,
    starts_at        timestamptz NOT NULL,
    desk             integer NOT NULL,
    state            text NOT NULL CHECK (state IN ('booked', 'cancelled', 'arrived')),
    created_at       timestamptz NOT NULL
);
CREATE UNIQUE INDEX video_appointment_slot_key ON video_appointment (starts_at, desk)
    WHERE state <> 'cancelled';
CREATE UNIQUE INDEX video_appointment_person_key ON video_appointment (national_id_hash)
    WHERE state = 'booked';
COMMENT ON TABLE video_appointment IS 'Booked calls with an agent';
COMMENT ON COLUMN video_appointment.appointment_id IS 'public';
COMMENT ON COLUMN video_appointment.token_hash IS 'secret: hash of the token that moves, cancels and begins it';
COMMENT ON COLUMN video_appointment.national_id_hash IS 'personal: keyed hash of what was typed';
COMMENT ON COLUMN video_appointment.language IS 'personal: of the call';
COMMENT ON COLUMN video_appointment.email IS 'personal';
COMMENT ON COLUMN video_appointment.starts_at IS 'personal';
COMMENT ON COLUMN video_appointment.desk IS 'public: one of several calls at the same time';
COMMENT ON COLUMN video_appointment.state IS 'public';
COMMENT ON COLUMN video_appointment.created_at IS 'public';

CREATE TABLE video_case (
    case_id          uuid PRIMARY KEY,
    mode             text NOT NULL CHECK (mode IN ('call', 'automatic')),
    state            text NOT NULL CHECK (state IN (
        'queued', 'claimed', 'second_look', 'accepted', 'completed', 'refused', 'abandoned',
        'submitted', 'auto_passed', 'auto_failed', 'in_review', 'approved', 'rejected',
        'superseded')),
    appointment_id   uuid REFERENCES video_appointment,
    online_enrolment_id uuid REFERENCES online_enrolment ON DELETE SET NULL,
    national_id_hash text NOT NULL,
    subject_id       uuid REFERENCES person,
    language         text NOT NULL,
    applicant        jsonb,
    evidence         jsonb,
    provider         text,
    provider_reference text,
    opened_at        timestamptz NOT NULL,
    agent_id         uuid REFERENCES officer,
    claimed_at       timestamptz,
    checklist        jsonb,
    reason           text,
    decided_at       timestamptz,
    second_agent_id  uuid REFERENCES officer,
    second_reason    text,
    second_decided_at timestamptz,
    -- Four eyes: the database refuses what the rule refuses.
    CONSTRAINT video_case_four_eyes CHECK (second_agent_id <> agent_id)
);
CREATE UNIQUE INDEX video_case_provider_key ON video_case (provider, provider_reference)
    WHERE provider_reference IS NOT NULL;
CREATE UNIQUE INDEX video_case_appointment_key ON video_case (appointment_id)
    WHERE appointment_id IS NOT NULL;
CREATE INDEX video_case_queue_idx ON video_case (mode, state, opened_at);
CREATE INDEX video_case_subject_idx ON video_case (subject_id);
COMMENT ON TABLE video_case IS 'Identifications by video: what was shown, who decided, why';
COMMENT ON COLUMN video_case.case_id IS 'public';
COMMENT ON COLUMN video_case.mode IS 'public: call or automatic';
COMMENT ON COLUMN video_case.state IS 'personal';
COMMENT ON COLUMN video_case.appointment_id IS 'public';
COMMENT ON COLUMN video_case.online_enrolment_id IS 'public: the act that enters the person';
COMMENT ON COLUMN video_case.national_id_hash IS 'personal: keyed hash';
COMMENT ON COLUMN video_case.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN video_case.language IS 'personal';
COMMENT ON COLUMN video_case.applicant IS 'personal: identity as read from the document; erased when entered';
COMMENT ON COLUMN video_case.evidence IS 'personal: references to recordings at the provider, hashes, times';
COMMENT ON COLUMN video_case.provider IS 'public';
COMMENT ON COLUMN video_case.provider_reference IS 'public: the session at the provider';
COMMENT ON COLUMN video_case.opened_at IS 'public';
COMMENT ON COLUMN video_case.agent_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN video_case.claimed_at IS 'public';
COMMENT ON COLUMN video_case.checklist IS 'personal: what the agent checked';
COMMENT ON COLUMN video_case.reason IS 'personal: in the agent''s words';
COMMENT ON COLUMN video_case.decided_at IS 'public';
COMMENT ON COLUMN video_case.second_agent_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN video_case.second_reason IS 'personal: in the second agent''s words';
COMMENT ON COLUMN video_case.second_decided_at IS 'public';

GRANT SELECT, INSERT, UPDATE ON video_appointment, video_case TO {{runtime_role}};
