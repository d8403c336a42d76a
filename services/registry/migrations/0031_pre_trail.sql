-- The trail: every append-only row is hashed when it is added and chained, signed and sealed in
-- batches afterwards, so that a changed, removed or inserted row shows.
--
-- A row has a header and a payload. The payload (what may have to be erased one day) enters the
-- hash only as a salted commitment: without payload and salt the chain still proves the header.
-- A column that joins a sealed table later must be nullable and without a default, because the
-- header of a row is all its columns that are not null.

CREATE TABLE trail_pending (
    pending_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source         text NOT NULL,
    row_key        text NOT NULL,
    payload_digest bytea NOT NULL,
    digest         bytea NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);
COMMENT ON TABLE trail_pending IS 'Rows that wait for their place in the chain';
COMMENT ON COLUMN trail_pending.pending_id IS 'public';
COMMENT ON COLUMN trail_pending.source IS 'public: table of the row';
COMMENT ON COLUMN trail_pending.row_key IS 'public: primary key of the row';
COMMENT ON COLUMN trail_pending.payload_digest IS 'public: salted commitment to the payload';
COMMENT ON COLUMN trail_pending.digest IS 'public: SHA-256 of header and commitment';

CREATE TABLE trail (
    position       bigint PRIMARY KEY,
    source         text NOT NULL,
    row_key        text NOT NULL,
    payload_digest bytea NOT NULL,
    digest         bytea NOT NULL,
    chain          bytea NOT NULL,
    CONSTRAINT trail_row_key UNIQUE (source, row_key)
);
COMMENT ON TABLE trail IS 'Append-only: the chain of hashes of every append-only row';
COMMENT ON COLUMN trail.position IS 'public: 1, 2, 3, … without gaps';
COMMENT ON COLUMN trail.source IS 'public: table of the row';
COMMENT ON COLUMN trail.row_key IS 'public: primary key of the row';
COMMENT ON COLUMN trail.payload_digest IS 'public: salted commitment to the payload';
COMMENT ON COLUMN trail.digest IS 'public: SHA-256 of header and commitment';
COMMENT ON COLUMN trail.chain IS 'public: SHA-256 of the former link and this digest';

CREATE TABLE checkpoint (
    batch          bigint PRIMARY KEY,
    first_position bigint NOT NULL,
    last_position  bigint NOT NULL UNIQUE,
    signed_at      timestamptz NOT NULL,
    statement      text NOT NULL,
    CONSTRAINT checkpoint_is_a_batch CHECK (last_position >= first_position)
);
COMMENT ON TABLE checkpoint IS 'Append-only: signed statements about the chain, one per batch';
COMMENT ON COLUMN checkpoint.batch IS 'public: 1, 2, 3, … without gaps';
COMMENT ON COLUMN checkpoint.first_position IS 'public';
COMMENT ON COLUMN checkpoint.last_position IS 'public';
COMMENT ON COLUMN checkpoint.signed_at IS 'public';
COMMENT ON COLUMN checkpoint.statement IS 'public: JWS of Merkle root, chain and former statement';

CREATE TABLE redaction (
    redaction_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source       text NOT NULL,
    row_key      text NOT NULL,
    rule         text NOT NULL,
    redacted_at  timestamptz NOT NULL,
    CONSTRAINT redaction_row_key UNIQUE (source, row_key)
);
COMMENT ON TABLE redaction IS 'Append-only: payloads that were erased when their time was over';
COMMENT ON COLUMN redaction.redaction_id IS 'public';
COMMENT ON COLUMN redaction.source IS 'public: table of the row';
COMMENT ON COLUMN redaction.row_key IS 'public: primary key of the row';
COMMENT ON COLUMN redaction.rule IS 'public: the retention rule';
COMMENT ON COLUMN redaction.redacted_at IS 'public';

-- The verifier repeats these two in its own language.
CREATE FUNCTION trail_commitment(salt uuid, payload jsonb) RETURNS bytea
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN sha256(convert_to(salt::text || payload::text, 'UTF8'));
CREATE FUNCTION trail_digest(source text, header jsonb, payload_digest bytea) RETURNS bytea
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN sha256(convert_to(
        source || E'\n' || header::text || E'\n' || encode(payload_digest, 'hex'), 'UTF8'));

-- Arguments of the trigger: the primary key, then the columns of the payload. It runs once per
-- statement, so that a bulk load pays per row no more than the hashes.
CREATE FUNCTION trail_enqueue() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp SET timezone = 'UTC' SET bytea_output = 'hex' AS $$
DECLARE
    payload_columns text[] := coalesce(TG_ARGV[1:], '{}');
BEGIN
    INSERT INTO trail_pending (source, row_key, payload_digest, digest)
    SELECT TG_TABLE_NAME, body ->> TG_ARGV[0], commitment,
           trail_digest(TG_TABLE_NAME,
                        jsonb_strip_nulls(body - payload_columns - 'payload_salt'), commitment)
      FROM (SELECT body, trail_commitment((body ->> 'payload_salt')::uuid, coalesce(
                       (SELECT jsonb_object_agg(name, body -> name)
                          FROM unnest(payload_columns) AS name), '{}')) AS commitment
              FROM (SELECT to_jsonb(added) AS body FROM added) AS rows) AS hashed;
    RETURN NULL;
END
$$;

ALTER TABLE evidence ALTER COLUMN facts DROP NOT NULL,
    ADD COLUMN payload_salt uuid DEFAULT gen_random_uuid(),
    ADD CONSTRAINT evidence_redacted_whole CHECK ((facts IS NULL) = (payload_salt IS NULL));
ALTER TABLE audit_event ALTER COLUMN facts DROP NOT NULL,
    ADD COLUMN payload_salt uuid DEFAULT gen_random_uuid(),
    ADD CONSTRAINT audit_event_redacted_whole CHECK ((facts IS NULL) = (payload_salt IS NULL));
ALTER TABLE lookup ALTER COLUMN officer_subject_id DROP NOT NULL,
    ALTER COLUMN national_id_hash DROP NOT NULL, ALTER COLUMN reason DROP NOT NULL,
    ADD COLUMN payload_salt uuid DEFAULT gen_random_uuid(),
    ADD CONSTRAINT lookup_redacted_whole
        CHECK (num_nulls(officer_subject_id, national_id_hash, reason, payload_salt) IN (0, 4));
ALTER TABLE sealed_document ALTER COLUMN pdf DROP NOT NULL,
    ADD COLUMN payload_salt uuid DEFAULT gen_random_uuid(),
    ADD CONSTRAINT sealed_document_redacted_whole CHECK ((pdf IS NULL) = (payload_salt IS NULL));
ALTER TABLE renunciation ADD COLUMN payload_salt uuid NOT NULL DEFAULT gen_random_uuid();
ALTER TABLE certificate_revocation_request
    ADD COLUMN payload_salt uuid NOT NULL DEFAULT gen_random_uuid();
ALTER TABLE redaction ADD COLUMN payload_salt uuid NOT NULL DEFAULT gen_random_uuid();
COMMENT ON COLUMN evidence.payload_salt IS 'personal: salt of the commitment; null when erased';
COMMENT ON COLUMN audit_event.payload_salt IS 'personal: salt of the commitment; null when erased';
COMMENT ON COLUMN lookup.payload_salt IS 'personal: salt of the commitment; null when erased';
COMMENT ON COLUMN sealed_document.payload_salt
    IS 'personal: salt of the commitment; null when erased';
COMMENT ON COLUMN renunciation.payload_salt IS 'public: salt of an empty payload';
COMMENT ON COLUMN certificate_revocation_request.payload_salt
    IS 'public: salt of an empty payload';
COMMENT ON COLUMN redaction.payload_salt IS 'public: salt of an empty payload';

CREATE TRIGGER evidence_trail AFTER INSERT ON evidence
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT
    EXECUTE FUNCTION trail_enqueue('evidence_id', 'facts');
CREATE TRIGGER audit_event_trail AFTER INSERT ON audit_event
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT
    EXECUTE FUNCTION trail_enqueue('audit_event_id', 'facts');
CREATE TRIGGER lookup_trail AFTER INSERT ON lookup
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT
    EXECUTE FUNCTION trail_enqueue(
        'lookup_id', 'officer_subject_id', 'national_id_hash', 'subject_id', 'reason');
CREATE TRIGGER renunciation_trail AFTER INSERT ON renunciation
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT
    EXECUTE FUNCTION trail_enqueue('proof_id');
CREATE TRIGGER certificate_revocation_request_trail AFTER INSERT ON certificate_revocation_request
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT
    EXECUTE FUNCTION trail_enqueue('request_id');
CREATE TRIGGER sealed_document_trail AFTER INSERT ON sealed_document
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT
    EXECUTE FUNCTION trail_enqueue('document_id', 'pdf');
CREATE TRIGGER redaction_trail AFTER INSERT ON redaction
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT
    EXECUTE FUNCTION trail_enqueue('redaction_id');

-- Rows of former releases enter the chain as they are found.
CREATE FUNCTION pg_temp.enqueue_existing(source text, key_column text, VARIADIC payload text[])
    RETURNS void LANGUAGE plpgsql
    SET timezone = 'UTC' SET bytea_output = 'hex' AS $$
BEGIN
    EXECUTE format($sql$
        INSERT INTO trail_pending (source, row_key, payload_digest, digest)
        SELECT %1$L, body ->> %2$L, commitment,
               trail_digest(%1$L, jsonb_strip_nulls(body - $1 - 'payload_salt'), commitment)
          FROM (SELECT body, trail_commitment((body ->> 'payload_salt')::uuid, coalesce(
                           (SELECT jsonb_object_agg(name, body -> name) FROM unnest($1) AS name),
                           '{}')) AS commitment
                  FROM (SELECT to_jsonb(row_of) AS body FROM %1$I AS row_of) AS rows) AS hashed
         ORDER BY body -> %2$L
    $sql$, source, key_column) USING payload;
END
$$;
SELECT pg_temp.enqueue_existing('evidence', 'evidence_id', 'facts');
SELECT pg_temp.enqueue_existing('audit_event', 'audit_event_id', 'facts');
SELECT pg_temp.enqueue_existing('lookup', 'lookup_id',
    'officer_subject_id', 'national_id_hash', 'subject_id', 'reason');
SELECT pg_temp.enqueue_existing('renunciation', 'proof_id', VARIADIC '{}'::text[]);
SELECT pg_temp.enqueue_existing('certificate_revocation_request', 'request_id', VARIADIC '{}'::text[]);
SELECT pg_temp.enqueue_existing('sealed_document', 'document_id', 'pdf');

-- The only way to take something out: it is older than the law's minimum, it has its place in the
-- chain, and that it was taken out becomes part of the chain. Ley 6/2020 article 9.3.a: fifteen
-- years for what a certificate rests on; Ley Organica 3/2018 article 72: three years for the
-- traces of access, after which no infringement can be pursued.
CREATE FUNCTION redact(source_name text, keys text[], rule_name text, at_time timestamptz)
    RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    sealed text[] := ARRAY(SELECT row_key FROM trail
                            WHERE source = source_name AND row_key = ANY (keys));
    long_ago timestamptz := now() - interval '15 years';
    done text[];
BEGIN
    IF source_name = 'evidence' THEN
        WITH erased AS (
            UPDATE evidence SET facts = NULL, payload_salt = NULL
             WHERE evidence_id = ANY (sealed::bigint[]) AND payload_salt IS NOT NULL
               AND recorded_at < long_ago RETURNING evidence_id::text AS row_key)
        SELECT array_agg(row_key) INTO done FROM erased;
    ELSIF source_name = 'audit_event' THEN
        WITH erased AS (
            UPDATE audit_event SET facts = NULL, payload_salt = NULL
             WHERE audit_event_id = ANY (sealed::bigint[]) AND payload_salt IS NOT NULL
               AND at < long_ago RETURNING audit_event_id::text AS row_key)
        SELECT array_agg(row_key) INTO done FROM erased;
    ELSIF source_name = 'sealed_document' THEN
        WITH erased AS (
            UPDATE sealed_document SET pdf = NULL, payload_salt = NULL
             WHERE document_id = ANY (sealed::uuid[]) AND payload_salt IS NOT NULL
               AND sealed_at < long_ago RETURNING document_id::text AS row_key)
        SELECT array_agg(row_key) INTO done FROM erased;
    ELSIF source_name = 'lookup' THEN
        WITH erased AS (
            UPDATE lookup SET officer_subject_id = NULL, national_id_hash = NULL,
                   subject_id = NULL, reason = NULL, payload_salt = NULL
             WHERE lookup_id = ANY (sealed::bigint[]) AND payload_salt IS NOT NULL
               AND at < now() - interval '3 years' RETURNING lookup_id::text AS row_key)
        SELECT array_agg(row_key) INTO done FROM erased;
    ELSE
        RAISE EXCEPTION 'nothing can be redacted in this table';
    END IF;
    INSERT INTO redaction (source, row_key, rule, redacted_at)
    SELECT source_name, row_key, rule_name, at_time FROM unnest(done) AS row_key;
    RETURN coalesce(cardinality(done), 0);
END
$$;
REVOKE ALL ON FUNCTION redact(text, text[], text, timestamptz) FROM PUBLIC;
REVOKE ALL ON FUNCTION trail_enqueue() FROM PUBLIC;

GRANT SELECT, DELETE ON trail_pending TO {{runtime_role}};
GRANT SELECT, INSERT ON trail, checkpoint TO {{runtime_role}};
GRANT SELECT ON redaction TO {{runtime_role}};
GRANT EXECUTE ON FUNCTION redact(text, text[], text, timestamptz) TO {{runtime_role}};
