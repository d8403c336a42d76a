-- Relying parties: the organisations that ask, with their OAuth registration.

CREATE TABLE relying_party (
    client_id       text PRIMARY KEY,
    metadata        jsonb NOT NULL,
    profile         text NOT NULL CHECK (profile IN ('basic', 'fapi2')),
    secret_hash     text,
    minimum_loa     smallint NOT NULL CHECK (minimum_loa BETWEEN 1 AND 3),
    allowed_methods text[] NOT NULL,
    sso_allowed     boolean NOT NULL,
    first_party     boolean NOT NULL,
    sector          text NOT NULL,
    names           jsonb NOT NULL,
    purpose         jsonb NOT NULL,
    audiences       text[] NOT NULL,
    status          text NOT NULL CHECK (status IN ('active', 'suspended')),
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL
);
COMMENT ON TABLE relying_party IS 'Registered OAuth clients';
COMMENT ON COLUMN relying_party.client_id IS 'public';
COMMENT ON COLUMN relying_party.metadata IS 'public: RFC 7591 client metadata, without the secret';
COMMENT ON COLUMN relying_party.profile IS 'public: security profile';
COMMENT ON COLUMN relying_party.secret_hash IS 'secret: SHA-256 of a random client secret';
COMMENT ON COLUMN relying_party.minimum_loa IS 'public: lowest level the service accepts';
COMMENT ON COLUMN relying_party.allowed_methods IS 'public: methods the service accepts';
COMMENT ON COLUMN relying_party.sso_allowed IS 'public: an existing session may be reused';
COMMENT ON COLUMN relying_party.first_party IS 'public: our own application; gets public subjects';
COMMENT ON COLUMN relying_party.sector IS 'public: sector identifier of pairwise subjects';
COMMENT ON COLUMN relying_party.names IS 'public: display name by language tag';
COMMENT ON COLUMN relying_party.purpose IS 'public: why the service asks, by language tag';
COMMENT ON COLUMN relying_party.audiences IS 'public: our APIs that its access tokens open';
COMMENT ON COLUMN relying_party.status IS 'public';
COMMENT ON COLUMN relying_party.created_at IS 'public';
COMMENT ON COLUMN relying_party.updated_at IS 'public';

GRANT SELECT, INSERT, UPDATE ON relying_party TO {{runtime_role}};

CREATE TABLE signing_key (
    kid          text PRIMARY KEY,
    alg          text NOT NULL CHECK (alg IN ('ES256', 'RS256')),
    state        text NOT NULL CHECK (state IN ('next', 'active', 'retired')),
    public_jwk   jsonb NOT NULL,
    private_key  bytea NOT NULL,
    created_at   timestamptz NOT NULL,
    activated_at timestamptz,
    retired_at   timestamptz
);
CREATE UNIQUE INDEX signing_key_one_active ON signing_key (alg) WHERE state = 'active';
CREATE UNIQUE INDEX signing_key_one_next ON signing_key (alg) WHERE state = 'next';
COMMENT ON TABLE signing_key IS 'Keys that sign tokens; next ones are published before use';
COMMENT ON COLUMN signing_key.kid IS 'public: RFC 7638 thumbprint';
COMMENT ON COLUMN signing_key.alg IS 'public';
COMMENT ON COLUMN signing_key.state IS 'public';
COMMENT ON COLUMN signing_key.public_jwk IS 'public';
COMMENT ON COLUMN signing_key.private_key IS 'secret: AES-256-GCM under the key encryption key';
COMMENT ON COLUMN signing_key.created_at IS 'public';
COMMENT ON COLUMN signing_key.activated_at IS 'public';
COMMENT ON COLUMN signing_key.retired_at IS 'public';

GRANT SELECT, INSERT, UPDATE, DELETE ON signing_key TO {{runtime_role}};
