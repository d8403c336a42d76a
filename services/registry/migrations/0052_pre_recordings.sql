-- What providers announce of calls, and who typed the code of a changed phone.

CREATE TABLE video_recording (
    provider     text NOT NULL,
    recording_id text NOT NULL,
    case_id      uuid NOT NULL REFERENCES video_case,
    sha256       text NOT NULL,
    started_at   timestamptz NOT NULL,
    ended_at     timestamptz NOT NULL,
    announced_at timestamptz NOT NULL,
    PRIMARY KEY (provider, recording_id)
);
CREATE INDEX video_recording_case_idx ON video_recording (case_id);
COMMENT ON TABLE video_recording IS 'Recordings of calls, as the signed message of their provider tells them';
COMMENT ON COLUMN video_recording.provider IS 'public: name of the key that signed';
COMMENT ON COLUMN video_recording.recording_id IS 'public: at the provider';
COMMENT ON COLUMN video_recording.case_id IS 'public: of one case and no other';
COMMENT ON COLUMN video_recording.sha256 IS 'public: of the recording';
COMMENT ON COLUMN video_recording.started_at IS 'personal';
COMMENT ON COLUMN video_recording.ended_at IS 'personal';
COMMENT ON COLUMN video_recording.announced_at IS 'public';
GRANT SELECT, INSERT, DELETE ON video_recording TO {{runtime_role}};

ALTER TABLE contact_change ADD COLUMN proved_by uuid REFERENCES officer;
COMMENT ON COLUMN contact_change.proved_by
    IS 'personal: pseudonymous subject id of the officer who typed the code; null: nobody, or the person';
CREATE INDEX video_recording_age_idx ON video_recording (announced_at);
