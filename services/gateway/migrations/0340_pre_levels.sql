-- Levels and sessions: what a relying party decides about them, when a level was last proved, what
-- people were shown and where they went, and how well logout tokens reach each relying party.

ALTER TABLE relying_party
    ADD COLUMN acr_aliases jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN sso_max_age_seconds integer CHECK (sso_max_age_seconds > 0),
    ADD COLUMN level_max_age jsonb NOT NULL DEFAULT '{}';
COMMENT ON COLUMN relying_party.acr_aliases IS 'public: its own names of levels of assurance';
COMMENT ON COLUMN relying_party.sso_max_age_seconds
    IS 'public: age of a session, since it started, up to which it is reused here; null: its life';
COMMENT ON COLUMN relying_party.level_max_age
    IS 'public: by level, the seconds after which it must be proved again';

ALTER TABLE sso_session ADD COLUMN level_at timestamptz;
COMMENT ON COLUMN sso_session.level_at
    IS 'personal: when the level was last proved; null: with auth_time';

CREATE TABLE disclosure_record (
    record_id  text PRIMARY KEY,
    subject_id text NOT NULL,
    client_id  text NOT NULL REFERENCES relying_party ON DELETE CASCADE,
    claims     text[] NOT NULL,
    shown      jsonb NOT NULL,
    language   text NOT NULL,
    agreed     boolean NOT NULL,
    at         timestamptz NOT NULL
);
CREATE INDEX disclosure_record_subject ON disclosure_record (subject_id, client_id);
CREATE INDEX disclosure_record_at ON disclosure_record (at);
COMMENT ON TABLE disclosure_record IS 'What a person was told before data was sent, and the answer';
COMMENT ON COLUMN disclosure_record.record_id IS 'public';
COMMENT ON COLUMN disclosure_record.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN disclosure_record.client_id IS 'personal: where a person went';
COMMENT ON COLUMN disclosure_record.claims IS 'public: names of claims, never values';
COMMENT ON COLUMN disclosure_record.shown
    IS 'personal: the purposes as shown, and kinds and digest of what was to be authorised';
COMMENT ON COLUMN disclosure_record.language IS 'public: language of the page';
COMMENT ON COLUMN disclosure_record.agreed IS 'personal: the person went on; else they went back';
COMMENT ON COLUMN disclosure_record.at IS 'personal';

CREATE TABLE access_record (
    access_id  text PRIMARY KEY,
    subject_id text NOT NULL,
    client_id  text NOT NULL REFERENCES relying_party ON DELETE CASCADE,
    at         timestamptz NOT NULL,
    acr        text NOT NULL,
    loa        smallint NOT NULL CHECK (loa BETWEEN 1 AND 3),
    method     text NOT NULL,
    claims     text[] NOT NULL,
    anew       boolean NOT NULL
);
CREATE INDEX access_record_subject ON access_record (subject_id, at DESC);
CREATE INDEX access_record_at ON access_record (at);
COMMENT ON TABLE access_record IS 'Which services a person entered, for that person to see';
COMMENT ON COLUMN access_record.access_id IS 'public: the grant it gave';
COMMENT ON COLUMN access_record.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN access_record.client_id IS 'personal: where a person went';
COMMENT ON COLUMN access_record.at IS 'personal';
COMMENT ON COLUMN access_record.acr IS 'personal: level as stated to the service';
COMMENT ON COLUMN access_record.loa IS 'personal: level of the session';
COMMENT ON COLUMN access_record.method IS 'personal';
COMMENT ON COLUMN access_record.claims IS 'public: names of the claims the service may read';
COMMENT ON COLUMN access_record.anew IS 'personal: the person acted; else a session answered';

CREATE TABLE logout_health (
    client_id            text PRIMARY KEY REFERENCES relying_party ON DELETE CASCADE,
    last_success_at      timestamptz,
    last_failure_at      timestamptz,
    last_outcome         text NOT NULL,
    consecutive_failures integer NOT NULL,
    abandoned            bigint NOT NULL
);
COMMENT ON TABLE logout_health IS 'How logout tokens reach each relying party';
COMMENT ON COLUMN logout_health.client_id IS 'public';
COMMENT ON COLUMN logout_health.last_success_at IS 'public';
COMMENT ON COLUMN logout_health.last_failure_at IS 'public';
COMMENT ON COLUMN logout_health.last_outcome IS 'public: HTTP status or kind of failure';
COMMENT ON COLUMN logout_health.consecutive_failures IS 'public: attempts since the last success';
COMMENT ON COLUMN logout_health.abandoned IS 'public: logout tokens given up, ever';

GRANT SELECT, INSERT, UPDATE, DELETE ON disclosure_record, access_record TO {{runtime_role}};
GRANT SELECT, INSERT, UPDATE ON logout_health TO {{runtime_role}};
