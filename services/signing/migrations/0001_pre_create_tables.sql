-- Projections of what registry and permanent say, certificates with their sealed keys, documents
-- on their way to a signature, and the revocation lists that were published.

CREATE TABLE person (
    subject_id                    uuid PRIMARY KEY,
    version                       bigint NOT NULL,
    status                        text NOT NULL
        CHECK (status IN ('registered', 'renounced', 'deceased', 'revoked')),
    advanced                      boolean NOT NULL,
    last_strong_identification_at timestamptz,
    document_expires_on           date,
    minor                         boolean NOT NULL
);
COMMENT ON TABLE person IS 'What the registry last said of each person';
COMMENT ON COLUMN person.subject_id IS 'personal: pseudonymous';
COMMENT ON COLUMN person.version IS 'public: of the last fact applied; older ones are ignored';
COMMENT ON COLUMN person.status IS 'personal';
COMMENT ON COLUMN person.advanced IS 'personal';
COMMENT ON COLUMN person.last_strong_identification_at IS 'personal';
COMMENT ON COLUMN person.document_expires_on IS 'personal';
COMMENT ON COLUMN person.minor IS 'personal';

CREATE TABLE password (
    subject_id uuid PRIMARY KEY,
    version    bigint NOT NULL,
    active     boolean NOT NULL,
    changed_at timestamptz NOT NULL,
    expires_at timestamptz
);
COMMENT ON TABLE password IS 'Whether each person has a permanent password, and since when it is this one';
COMMENT ON COLUMN password.subject_id IS 'personal: pseudonymous';
COMMENT ON COLUMN password.version IS 'public';
COMMENT ON COLUMN password.active IS 'personal';
COMMENT ON COLUMN password.changed_at IS 'personal';
COMMENT ON COLUMN password.expires_at IS 'personal';

-- One row per person who ever held a certificate: orders that person's events and issuances.
CREATE TABLE signer (
    subject_id uuid PRIMARY KEY,
    version    bigint NOT NULL
);
COMMENT ON TABLE signer IS 'Counter of each person''s certificate events';
COMMENT ON COLUMN signer.subject_id IS 'personal: pseudonymous';
COMMENT ON COLUMN signer.version IS 'public';

CREATE TABLE certificate (
    serial_number      text PRIMARY KEY CHECK (serial_number ~ '^[1-9a-f][0-9a-f]*$'),
    subject_id         uuid NOT NULL,
    credential_id      uuid NOT NULL UNIQUE,
    certificate        bytea NOT NULL,
    state              text NOT NULL CHECK (state IN ('active', 'retired', 'revoked')),
    issued_at          timestamptz NOT NULL,
    not_before         timestamptz NOT NULL,
    not_after          timestamptz NOT NULL,
    policy_oid         text NOT NULL,
    key_salt           bytea,
    key_nonce          bytea,
    key_ciphertext     bytea,
    argon2_memory_kib  integer NOT NULL,
    argon2_time_cost   integer NOT NULL,
    argon2_parallelism integer NOT NULL,
    key_destroyed_at   timestamptz,
    revoked_at         timestamptz,
    revocation_reason  text,
    crl_number         bigint,
    -- RFC 5280 section 3.3: a revocation has a date and a reason.
    CHECK ((state = 'revoked') = (revoked_at IS NOT NULL)),
    CHECK ((revoked_at IS NULL) = (revocation_reason IS NULL)),
    -- Only a certificate in force has a key.
    CHECK ((state = 'active') = (key_ciphertext IS NOT NULL)),
    CHECK ((key_ciphertext IS NULL) = (key_destroyed_at IS NOT NULL)),
    CHECK ((key_ciphertext IS NULL) = (key_salt IS NULL)),
    CHECK ((key_ciphertext IS NULL) = (key_nonce IS NULL))
);
CREATE UNIQUE INDEX certificate_one_active ON certificate (subject_id) WHERE state = 'active';
CREATE INDEX certificate_of_subject ON certificate (subject_id);
CREATE INDEX certificate_unlisted ON certificate (revoked_at)
    WHERE state = 'revoked' AND crl_number IS NULL;
COMMENT ON TABLE certificate IS 'Every certificate ever issued, and the sealed key of those in force';
COMMENT ON COLUMN certificate.serial_number IS 'public: hexadecimal, lower case';
COMMENT ON COLUMN certificate.subject_id IS 'personal: pseudonymous';
COMMENT ON COLUMN certificate.credential_id IS 'public: bound into the sealed key';
COMMENT ON COLUMN certificate.certificate IS 'personal: DER, holds name and NIF';
COMMENT ON COLUMN certificate.state IS 'public';
COMMENT ON COLUMN certificate.issued_at IS 'public';
COMMENT ON COLUMN certificate.not_before IS 'public';
COMMENT ON COLUMN certificate.not_after IS 'public';
COMMENT ON COLUMN certificate.policy_oid IS 'public: the policies the holder accepted';
COMMENT ON COLUMN certificate.key_salt IS 'secret';
COMMENT ON COLUMN certificate.key_nonce IS 'secret';
COMMENT ON COLUMN certificate.key_ciphertext IS 'secret: opens with the password and the pepper only';
COMMENT ON COLUMN certificate.argon2_memory_kib IS 'public';
COMMENT ON COLUMN certificate.argon2_time_cost IS 'public';
COMMENT ON COLUMN certificate.argon2_parallelism IS 'public';
COMMENT ON COLUMN certificate.key_destroyed_at IS 'public';
COMMENT ON COLUMN certificate.revoked_at IS 'public';
COMMENT ON COLUMN certificate.revocation_reason IS 'public: never tells a death from a renunciation';
COMMENT ON COLUMN certificate.crl_number IS 'public: first list that shows the revocation';

CREATE TABLE crl (
    crl_number  bigint PRIMARY KEY,
    content     bytea NOT NULL,
    this_update timestamptz NOT NULL,
    next_update timestamptz NOT NULL
);
COMMENT ON TABLE crl IS 'The latest revocation lists';
COMMENT ON COLUMN crl.crl_number IS 'public';
COMMENT ON COLUMN crl.content IS 'public: DER';
COMMENT ON COLUMN crl.this_update IS 'public';
COMMENT ON COLUMN crl.next_update IS 'public';

CREATE TABLE signing_transaction (
    transaction_id     uuid PRIMARY KEY,
    subject_id         uuid NOT NULL,
    state              text NOT NULL CHECK (state IN ('ready', 'challenged', 'signing', 'signed')),
    document_name      text,
    size_bytes         integer NOT NULL,
    page_count         integer NOT NULL,
    sha256             text NOT NULL CHECK (length(sha256) = 64),
    created_at         timestamptz NOT NULL,
    expires_at         timestamptz NOT NULL,
    policies_accepted  boolean NOT NULL DEFAULT false,
    otp_id             text,
    claim_id           uuid,
    claimed_at         timestamptz,
    signed_at          timestamptz,
    certificate_serial text REFERENCES certificate,
    delivered_at       timestamptz,
    CHECK ((state = 'signed') = (signed_at IS NOT NULL)),
    CHECK ((signed_at IS NULL) = (certificate_serial IS NULL))
);
CREATE INDEX signing_transaction_of_subject ON signing_transaction (subject_id);
CREATE INDEX signing_transaction_expiry ON signing_transaction (expires_at);
COMMENT ON TABLE signing_transaction IS 'One document and at most one signature on it';
COMMENT ON COLUMN signing_transaction.transaction_id IS 'public: random';
COMMENT ON COLUMN signing_transaction.subject_id IS 'personal: pseudonymous';
COMMENT ON COLUMN signing_transaction.state IS 'public';
COMMENT ON COLUMN signing_transaction.document_name IS 'personal: as uploaded; forgotten with the document';
COMMENT ON COLUMN signing_transaction.size_bytes IS 'public';
COMMENT ON COLUMN signing_transaction.page_count IS 'public';
COMMENT ON COLUMN signing_transaction.sha256 IS 'public: of the document as uploaded, hexadecimal';
COMMENT ON COLUMN signing_transaction.created_at IS 'public';
COMMENT ON COLUMN signing_transaction.expires_at IS 'public: the document is forgotten then';
COMMENT ON COLUMN signing_transaction.policies_accepted IS 'public';
COMMENT ON COLUMN signing_transaction.otp_id IS 'public: the one-time code bound to this document';
COMMENT ON COLUMN signing_transaction.claim_id IS 'public: the one attempt that may sign';
COMMENT ON COLUMN signing_transaction.claimed_at IS 'public';
COMMENT ON COLUMN signing_transaction.signed_at IS 'public';
COMMENT ON COLUMN signing_transaction.certificate_serial IS 'public';
COMMENT ON COLUMN signing_transaction.delivered_at IS 'public: first download of the signed document';

CREATE TABLE document (
    transaction_id uuid NOT NULL REFERENCES signing_transaction,
    kind           text NOT NULL CHECK (kind IN ('original', 'signed')),
    content        bytea NOT NULL,
    PRIMARY KEY (transaction_id, kind)
);
ALTER TABLE document ALTER COLUMN content SET STORAGE EXTERNAL;
COMMENT ON TABLE document IS 'Bytes of documents, kept until delivered or a day';
COMMENT ON COLUMN document.transaction_id IS 'public';
COMMENT ON COLUMN document.kind IS 'public';
COMMENT ON COLUMN document.content IS 'personal: PDF';

GRANT SELECT, INSERT, UPDATE ON person, password, signer TO {{runtime_role}};
GRANT SELECT, INSERT, UPDATE ON certificate, signing_transaction TO {{runtime_role}};
GRANT SELECT, INSERT, DELETE ON crl, document TO {{runtime_role}};
