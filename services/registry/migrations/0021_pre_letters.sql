-- Invitation letters: requests as they come, the spool of the printer, and tries at their codes.

CREATE TABLE letter_request (
    request_id       uuid PRIMARY KEY,
    national_id_hash text NOT NULL,
    contrast_hash    text NOT NULL,
    source_hash      text NOT NULL,
    language         text NOT NULL,
    requested_at     timestamptz NOT NULL,
    outcome          text CHECK (outcome IN (
        'queued', 'already_queued', 'too_soon', 'mismatch', 'no_address', 'not_invitable')),
    judged_at        timestamptz
);
CREATE INDEX letter_request_open_idx ON letter_request (requested_at) WHERE outcome IS NULL;
CREATE INDEX letter_request_source_idx ON letter_request (source_hash, requested_at);
CREATE INDEX letter_request_person_idx ON letter_request (national_id_hash, requested_at DESC);
COMMENT ON TABLE letter_request IS 'Who asked for a letter; judged later, so that the answer tells nothing';
COMMENT ON COLUMN letter_request.request_id IS 'public';
COMMENT ON COLUMN letter_request.national_id_hash IS 'personal: keyed hash of what was typed';
COMMENT ON COLUMN letter_request.contrast_hash IS 'personal: keyed hash of what was typed';
COMMENT ON COLUMN letter_request.source_hash IS 'personal: keyed hash of where it came from, to limit it';
COMMENT ON COLUMN letter_request.language IS 'personal';
COMMENT ON COLUMN letter_request.requested_at IS 'public';
COMMENT ON COLUMN letter_request.outcome IS 'personal: null until judged; an officer sees it';
COMMENT ON COLUMN letter_request.judged_at IS 'public';

CREATE TABLE letter (
    letter_id        uuid PRIMARY KEY,
    national_id_hash text NOT NULL,
    origin           text NOT NULL CHECK (origin IN ('citizen', 'officer', 'administration')),
    origin_reference text,
    language         text NOT NULL,
    state            text NOT NULL CHECK (state IN (
        'queued', 'printed', 'sent', 'returned', 'expired', 'used', 'blocked', 'replaced')),
    csv_hash         text,
    requested_at     timestamptz NOT NULL,
    printed_at       timestamptz,
    sent_at          timestamptz,
    expires_at       timestamptz,
    ended_at         timestamptz,
    CONSTRAINT letter_printed_has_code CHECK ((printed_at IS NULL) = (csv_hash IS NULL)),
    CONSTRAINT letter_printed_expires CHECK ((printed_at IS NULL) = (expires_at IS NULL))
);
-- The newest letter is the one that counts.
CREATE UNIQUE INDEX letter_open_key ON letter (national_id_hash)
    WHERE state IN ('queued', 'printed', 'sent');
CREATE UNIQUE INDEX letter_csv_key ON letter (csv_hash) WHERE csv_hash IS NOT NULL;
CREATE INDEX letter_person_idx ON letter (national_id_hash, requested_at DESC);
CREATE INDEX letter_spool_idx ON letter (state, requested_at);
CREATE INDEX letter_expiry_idx ON letter (expires_at) WHERE state IN ('printed', 'sent');
COMMENT ON TABLE letter IS 'Invitation letters; the code exists on paper only';
COMMENT ON COLUMN letter.letter_id IS 'public: the reference printed on the letter';
COMMENT ON COLUMN letter.national_id_hash IS 'personal: keyed hash';
COMMENT ON COLUMN letter.origin IS 'public: citizen, officer or administration';
COMMENT ON COLUMN letter.origin_reference IS 'public: case or campaign, where an administration asked';
COMMENT ON COLUMN letter.language IS 'personal';
COMMENT ON COLUMN letter.state IS 'personal';
COMMENT ON COLUMN letter.csv_hash IS 'secret: keyed hash of the code, drawn when printed';
COMMENT ON COLUMN letter.requested_at IS 'public';
COMMENT ON COLUMN letter.printed_at IS 'public';
COMMENT ON COLUMN letter.sent_at IS 'public';
COMMENT ON COLUMN letter.expires_at IS 'public: the code ends then';
COMMENT ON COLUMN letter.ended_at IS 'public: used, returned, expired, blocked or replaced';

CREATE TABLE way_in_try (
    national_id_hash  text PRIMARY KEY,
    window_started_at timestamptz NOT NULL,
    tries             integer NOT NULL,
    letter_id         uuid,
    letter_failures   integer NOT NULL DEFAULT 0
);
COMMENT ON TABLE way_in_try IS 'Tries of people without a session, per number whether known or not';
COMMENT ON COLUMN way_in_try.national_id_hash IS 'personal: keyed hash of what was typed';
COMMENT ON COLUMN way_in_try.window_started_at IS 'public';
COMMENT ON COLUMN way_in_try.tries IS 'public: tries in the window';
COMMENT ON COLUMN way_in_try.letter_id IS 'personal: the letter that the failures are counted for';
COMMENT ON COLUMN way_in_try.letter_failures IS 'public: wrong codes for it';

GRANT SELECT, INSERT, UPDATE, DELETE ON letter_request, way_in_try TO {{runtime_role}};
GRANT SELECT, INSERT, UPDATE ON letter TO {{runtime_role}};
