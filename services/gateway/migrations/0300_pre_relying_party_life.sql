-- The life of a registration: its state, its secrets and keys in rotation, who keeps it, its version.

-- 'active' is what the release before wrote for production; it goes with 0309.
ALTER TABLE relying_party DROP CONSTRAINT relying_party_status_check;
ALTER TABLE relying_party ADD CONSTRAINT relying_party_status_check
    CHECK (status IN ('draft', 'test', 'production', 'suspended', 'active'));

ALTER TABLE relying_party
    ADD COLUMN secrets                 jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN retiring_keys           jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN claim_purposes          jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN managed_by              text NOT NULL DEFAULT 'operator',
    ADD COLUMN state_set_by            text NOT NULL DEFAULT 'operator',
    ADD COLUMN version                 bigint NOT NULL DEFAULT 1,
    ADD COLUMN registration_token_hash text,
    ADD COLUMN deregistered_at         timestamptz;
COMMENT ON COLUMN relying_party.secret_hash IS
    'secret: SHA-256 of a random client secret; of the release before, see secrets';
COMMENT ON COLUMN relying_party.secrets IS
    'secret: HMAC-SHA-256 of the digests of the client secrets, with the times they hold';
COMMENT ON COLUMN relying_party.retiring_keys IS
    'public: replaced public keys and until when they still verify';
COMMENT ON COLUMN relying_party.claim_purposes IS
    'public: why the service asks for a claim, by claim and language tag';
COMMENT ON COLUMN relying_party.managed_by IS
    'public: operator, dynamic (RFC 7591), or bundle:NAME';
COMMENT ON COLUMN relying_party.state_set_by IS
    'personal: who brought it to its state; a person or a process of the operator';
COMMENT ON COLUMN relying_party.version IS 'public: grows with every change; the entity tag';
COMMENT ON COLUMN relying_party.registration_token_hash IS
    'secret: SHA-256 of the registration access token (RFC 7592)';
COMMENT ON COLUMN relying_party.deregistered_at IS
    'public: when its owner deleted it; it never works again';

CREATE TABLE relying_party_change (
    change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_id text NOT NULL REFERENCES relying_party ON DELETE CASCADE,
    version   bigint NOT NULL,
    at        timestamptz NOT NULL,
    actor     text NOT NULL,
    action    text NOT NULL,
    detail    jsonb NOT NULL
);
CREATE INDEX relying_party_change_client ON relying_party_change (client_id, change_id);
COMMENT ON TABLE relying_party_change IS 'Who changed what of a registration, and when';
COMMENT ON COLUMN relying_party_change.change_id IS 'public';
COMMENT ON COLUMN relying_party_change.client_id IS 'public';
COMMENT ON COLUMN relying_party_change.version IS 'public: of the registration after the change';
COMMENT ON COLUMN relying_party_change.at IS 'public';
COMMENT ON COLUMN relying_party_change.actor IS
    'personal: a person or a process of the operator, or the relying party itself';
COMMENT ON COLUMN relying_party_change.action IS 'public';
COMMENT ON COLUMN relying_party_change.detail IS
    'public: members with their values before and after; keys by their kid, secrets never';

CREATE TABLE relying_party_tester (
    client_id text NOT NULL REFERENCES relying_party ON DELETE CASCADE,
    kind      text NOT NULL CHECK (kind IN ('subject', 'national_id')),
    value     text NOT NULL,
    added_at  timestamptz NOT NULL,
    added_by  text NOT NULL,
    PRIMARY KEY (client_id, kind, value)
);
COMMENT ON TABLE relying_party_tester IS 'Who may log in at a relying party in test';
COMMENT ON COLUMN relying_party_tester.client_id IS 'public';
COMMENT ON COLUMN relying_party_tester.kind IS 'public: what the value is';
COMMENT ON COLUMN relying_party_tester.value IS
    'personal: a subject id, or the keyed hash of a national identity number';
COMMENT ON COLUMN relying_party_tester.added_at IS 'public';
COMMENT ON COLUMN relying_party_tester.added_by IS 'personal: as actor of relying_party_change';

CREATE TABLE initial_access_token (
    token_id   text PRIMARY KEY,
    token_hash text NOT NULL UNIQUE,
    label      text NOT NULL,
    profile    text NOT NULL CHECK (profile IN ('basic', 'fapi2')),
    uses_left  integer NOT NULL CHECK (uses_left >= 0),
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX initial_access_token_expiry ON initial_access_token (expires_at);
COMMENT ON TABLE initial_access_token IS
    'What lets somebody register relying parties (RFC 7591 section 3)';
COMMENT ON COLUMN initial_access_token.token_id IS 'public';
COMMENT ON COLUMN initial_access_token.token_hash IS 'secret: SHA-256 of a random token';
COMMENT ON COLUMN initial_access_token.label IS 'public: for whom it was issued';
COMMENT ON COLUMN initial_access_token.profile IS 'public: the loosest profile it can register';
COMMENT ON COLUMN initial_access_token.uses_left IS 'public';
COMMENT ON COLUMN initial_access_token.created_at IS 'public';
COMMENT ON COLUMN initial_access_token.created_by IS 'personal: as actor of relying_party_change';
COMMENT ON COLUMN initial_access_token.expires_at IS 'public';
COMMENT ON COLUMN initial_access_token.revoked_at IS 'public';

GRANT SELECT, INSERT ON relying_party_change TO {{runtime_role}};
GRANT SELECT, INSERT, DELETE ON relying_party_tester TO {{runtime_role}};
GRANT SELECT, INSERT, UPDATE, DELETE ON initial_access_token TO {{runtime_role}};
