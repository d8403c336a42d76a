-- Freezing, a pepper of several keys, PINs shown by an app, and limits beside those of a person.

ALTER TABLE person
    ADD COLUMN frozen boolean NOT NULL DEFAULT false,
    ADD COLUMN reported_at timestamptz;
COMMENT ON COLUMN person.frozen IS 'public: whether the registry froze every method of the person';
COMMENT ON COLUMN person.reported_at IS 'public: when fraud was reported here; until the registry unfreezes';

-- Who may log in, and the phone that may be used. All that decides reads this and nothing else.
CREATE VIEW usable_person AS
    SELECT subject_id, national_id_hash, level, person_version, contrast_hash, language,
           CASE WHEN phone_verified THEN phone END AS phone
      FROM person
     WHERE status = 'active'
       AND NOT frozen
       AND reported_at IS NULL;
COMMENT ON VIEW usable_person IS 'Persons whose digital identity stands and is not frozen';

ALTER TABLE pin
    ADD COLUMN pepper_id text NOT NULL DEFAULT '0',
    ADD COLUMN channel text NOT NULL DEFAULT 'sms' CHECK (channel IN ('sms', 'app')),
    ADD COLUMN relying_party text;
COMMENT ON COLUMN pin.pepper_id IS 'public: key of the pepper under which code_hash was made';
COMMENT ON COLUMN pin.channel IS 'public: how the person gets to see the PIN';
COMMENT ON COLUMN pin.relying_party IS 'personal: where a PIN shown by the app will be used';

-- Counted at each message, so that a phone is not flooded whoever asks.
CREATE TABLE phone_quota (
    phone_hash   text          PRIMARY KEY,
    sent_at      timestamptz[] NOT NULL,
    last_ticket  uuid          NOT NULL,
    last_send_at timestamptz   NOT NULL
);
CREATE INDEX phone_quota_last_send_at ON phone_quota (last_send_at);
COMMENT ON TABLE phone_quota IS 'Messages with a PIN, by phone';
COMMENT ON COLUMN phone_quota.phone_hash IS 'personal: keyed hash of the phone';
COMMENT ON COLUMN phone_quota.sent_at IS 'personal: messages of the last day';
COMMENT ON COLUMN phone_quota.last_ticket IS 'public: identifier of the last message';
COMMENT ON COLUMN phone_quota.last_send_at IS 'personal: when the last message left';

-- A bucket that leaks at the allowed rate: one row and one time, however many requests.
CREATE TABLE source_quota (
    source_hash text        PRIMARY KEY,
    empty_at    timestamptz NOT NULL,
    last_ticket uuid        NOT NULL
);
CREATE INDEX source_quota_empty_at ON source_quota (empty_at);
COMMENT ON TABLE source_quota IS 'Requests for a PIN, by the network they came from';
COMMENT ON COLUMN source_quota.source_hash IS 'personal: keyed hash of the network';
COMMENT ON COLUMN source_quota.empty_at IS 'public: when the bucket has leaked empty';
COMMENT ON COLUMN source_quota.last_ticket IS 'public: identifier of the last admitted request';

-- Counted in several places at once: one row for all would make every message wait for the others.
CREATE TABLE send_count (
    bucket timestamptz NOT NULL,
    slot   smallint    NOT NULL,
    sends  integer     NOT NULL,
    PRIMARY KEY (bucket, slot)
);
COMMENT ON TABLE send_count IS 'Messages sent, against the budget of all';
COMMENT ON COLUMN send_count.bucket IS 'public: beginning of the minutes counted';
COMMENT ON COLUMN send_count.slot IS 'public: one of several places to count in';
COMMENT ON COLUMN send_count.sends IS 'public: messages counted there';

-- Locking a row for a decision asks for the right to update it.
GRANT SELECT, UPDATE ON usable_person TO {{runtime_role}};
GRANT SELECT, INSERT, UPDATE, DELETE ON phone_quota, source_quota, send_count TO {{runtime_role}};
-- A PIN whose message failed is taken back.
GRANT DELETE ON pin TO {{runtime_role}};
