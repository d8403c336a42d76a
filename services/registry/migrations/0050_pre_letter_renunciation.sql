-- Who enrolled by letter may renounce with the letter's code, without a session.

CREATE TABLE letter_renunciation (
    act_id           uuid PRIMARY KEY,
    national_id_hash text NOT NULL,
    contrast_hash    text NOT NULL,
    csv_hash         text NOT NULL,
    source_hash      text NOT NULL,
    language         text NOT NULL,
    requested_at     timestamptz NOT NULL,
    outcome          text CHECK (outcome IN (
        'code_sent', 'mismatch', 'blocked', 'not_allowed', 'code_limit')),
    judged_at        timestamptz,
    letter_id        uuid,
    subject_id       uuid REFERENCES person,
    done_at          timestamptz,
    proof_id         uuid REFERENCES renunciation,
    proof_hash       text,
    proof_made_at    timestamptz,
    CONSTRAINT letter_renunciation_done_is_complete
        CHECK ((done_at IS NULL) = (proof_id IS NULL) AND (done_at IS NULL) = (proof_hash IS NULL))
);
CREATE INDEX letter_renunciation_open_idx ON letter_renunciation (requested_at)
    WHERE outcome IS NULL;
CREATE INDEX letter_renunciation_person_idx
    ON letter_renunciation (national_id_hash, requested_at);
CREATE INDEX letter_renunciation_source_idx ON letter_renunciation (source_hash, requested_at);
CREATE INDEX letter_renunciation_age_idx ON letter_renunciation (requested_at);
CREATE UNIQUE INDEX letter_renunciation_proof_key ON letter_renunciation (proof_hash)
    WHERE proof_hash IS NOT NULL;
COMMENT ON TABLE letter_renunciation
    IS 'Who asked to renounce with a letter; judged later, so that the answer tells nothing';
COMMENT ON COLUMN letter_renunciation.act_id IS 'public';
COMMENT ON COLUMN letter_renunciation.national_id_hash IS 'personal: keyed hash of what was typed';
COMMENT ON COLUMN letter_renunciation.contrast_hash IS 'personal: keyed hash of what was typed';
COMMENT ON COLUMN letter_renunciation.csv_hash IS 'secret: keyed hash of what was typed';
COMMENT ON COLUMN letter_renunciation.source_hash
    IS 'personal: keyed hash of where it came from, to limit it';
COMMENT ON COLUMN letter_renunciation.language IS 'personal';
COMMENT ON COLUMN letter_renunciation.requested_at IS 'public';
COMMENT ON COLUMN letter_renunciation.outcome IS 'personal: null until judged';
COMMENT ON COLUMN letter_renunciation.judged_at IS 'public';
COMMENT ON COLUMN letter_renunciation.letter_id IS 'personal: the letter that was proved';
COMMENT ON COLUMN letter_renunciation.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN letter_renunciation.done_at IS 'public: when the person had renounced';
COMMENT ON COLUMN letter_renunciation.proof_id IS 'public: the proof of the renunciation';
COMMENT ON COLUMN letter_renunciation.proof_hash
    IS 'secret: hash of the token that fetches the proof once';
COMMENT ON COLUMN letter_renunciation.proof_made_at IS 'public: the proof is handed out once';
GRANT SELECT, INSERT, UPDATE, DELETE ON letter_renunciation TO {{runtime_role}};

-- Wrong codes for a used letter are counted apart from those that end an open one.
ALTER TABLE letter ADD COLUMN renunciation_failures integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN letter.renunciation_failures
    IS 'public: wrong codes by who knew the document, after it was used';

ALTER TABLE renunciation DROP CONSTRAINT renunciation_method_check;
ALTER TABLE renunciation ADD CONSTRAINT renunciation_method_check
    CHECK (method IN ('login', 'certificate', 'office', 'letter'));
