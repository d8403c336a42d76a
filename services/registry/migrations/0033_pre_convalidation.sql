-- Another census entered in bulk: how far each file has come, so that it can be taken up again.

CREATE TABLE convalidation_run (
    run_id            uuid PRIMARY KEY,
    file_hash         text NOT NULL,
    consent_reference text NOT NULL,
    chunk_lines       integer NOT NULL,
    started_at        timestamptz NOT NULL,
    finished_at       timestamptz,
    CONSTRAINT convalidation_run_file_key UNIQUE (file_hash, consent_reference)
);
COMMENT ON TABLE convalidation_run IS 'Files of another census, each entered once';
COMMENT ON COLUMN convalidation_run.run_id IS 'public';
COMMENT ON COLUMN convalidation_run.file_hash IS 'public: SHA-256 of the file';
COMMENT ON COLUMN convalidation_run.consent_reference IS 'public: where the consents are kept';
COMMENT ON COLUMN convalidation_run.chunk_lines IS 'public: people per transaction';
COMMENT ON COLUMN convalidation_run.started_at IS 'public';
COMMENT ON COLUMN convalidation_run.finished_at IS 'public';

CREATE TABLE convalidation_chunk (
    run_id    uuid NOT NULL REFERENCES convalidation_run,
    chunk     integer NOT NULL,
    imported  integer NOT NULL DEFAULT 0,
    unchanged integer NOT NULL DEFAULT 0,
    rejected  integer NOT NULL DEFAULT 0,
    PRIMARY KEY (run_id, chunk)
);
COMMENT ON TABLE convalidation_chunk IS 'Parts of a file that are entered: in the transaction of their people';
COMMENT ON COLUMN convalidation_chunk.run_id IS 'public';
COMMENT ON COLUMN convalidation_chunk.chunk IS 'public: 0, 1, 2, … in the order of the file';
COMMENT ON COLUMN convalidation_chunk.imported IS 'public';
COMMENT ON COLUMN convalidation_chunk.unchanged IS 'public: already known';
COMMENT ON COLUMN convalidation_chunk.rejected IS 'public';

CREATE TABLE convalidation_rejection (
    run_id uuid NOT NULL REFERENCES convalidation_run,
    line   integer NOT NULL,
    code   text NOT NULL,
    PRIMARY KEY (run_id, line)
);
COMMENT ON TABLE convalidation_rejection IS 'Lines that were not entered, and why';
COMMENT ON COLUMN convalidation_rejection.run_id IS 'public';
COMMENT ON COLUMN convalidation_rejection.line IS 'public: 1 is the first person of the file';
COMMENT ON COLUMN convalidation_rejection.code IS 'public: code of the refusal';

GRANT SELECT, INSERT ON convalidation_chunk, convalidation_rejection TO {{runtime_role}};
GRANT SELECT, INSERT, UPDATE ON convalidation_run TO {{runtime_role}};
GRANT UPDATE ON convalidation_chunk TO {{runtime_role}};
