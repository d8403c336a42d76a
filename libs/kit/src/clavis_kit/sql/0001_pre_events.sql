-- Events on their way out and in. A fact and its outbox row commit together; a consumer's effect
-- and its inbox row commit together.

CREATE TABLE outbox (
    position    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id    uuid NOT NULL UNIQUE,
    topic       text NOT NULL,
    key         text NOT NULL,
    type        text NOT NULL,
    sequence    bigint NOT NULL,
    payload     bytea NOT NULL,
    occurred_at timestamptz NOT NULL,
    traceparent text
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 200);
COMMENT ON TABLE outbox IS 'Events recorded with their fact and not yet published';
COMMENT ON COLUMN outbox.position IS 'public: order of recording';
COMMENT ON COLUMN outbox.event_id IS 'public: deduplication key of readers';
COMMENT ON COLUMN outbox.topic IS 'public';
COMMENT ON COLUMN outbox.key IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN outbox.type IS 'public: full message name';
COMMENT ON COLUMN outbox.sequence IS 'public: version of the subject';
COMMENT ON COLUMN outbox.payload IS 'personal: protobuf';
COMMENT ON COLUMN outbox.occurred_at IS 'public';
COMMENT ON COLUMN outbox.traceparent IS 'public';

-- Published rows, kept for a retention: the source of replay. Partitioned by day so that the
-- retention drops a table instead of deleting rows.
CREATE TABLE event_log (
    position     bigint NOT NULL,
    event_id     uuid NOT NULL,
    topic        text NOT NULL,
    key          text NOT NULL,
    type         text NOT NULL,
    sequence     bigint NOT NULL,
    payload      bytea NOT NULL,
    occurred_at  timestamptz NOT NULL,
    traceparent  text,
    published_on date NOT NULL DEFAULT CURRENT_DATE,
    PRIMARY KEY (published_on, position)
) PARTITION BY RANGE (published_on);
CREATE TABLE event_log_default PARTITION OF event_log DEFAULT;
COMMENT ON TABLE event_log IS 'Events published, append-only, kept for a retention';
COMMENT ON COLUMN event_log.position IS 'public: order of recording';
COMMENT ON COLUMN event_log.event_id IS 'public';
COMMENT ON COLUMN event_log.topic IS 'public';
COMMENT ON COLUMN event_log.key IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN event_log.type IS 'public';
COMMENT ON COLUMN event_log.sequence IS 'public';
COMMENT ON COLUMN event_log.payload IS 'personal: protobuf';
COMMENT ON COLUMN event_log.occurred_at IS 'public';
COMMENT ON COLUMN event_log.traceparent IS 'public';
COMMENT ON COLUMN event_log.published_on IS 'public';

CREATE TABLE inbox (
    consumer    text NOT NULL,
    event_id    uuid NOT NULL,
    applied_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, event_id)
);
COMMENT ON TABLE inbox IS 'Events whose effect is committed';
COMMENT ON COLUMN inbox.consumer IS 'public';
COMMENT ON COLUMN inbox.event_id IS 'public';
COMMENT ON COLUMN inbox.applied_at IS 'public';

CREATE TABLE parked_event (
    consumer    text NOT NULL,
    topic       text NOT NULL,
    partition   integer NOT NULL,
    "offset"    bigint NOT NULL,
    key         text,
    type        text NOT NULL,
    payload     bytea NOT NULL,
    error_type  text NOT NULL,
    parked_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, topic, partition, "offset", parked_at)
);
COMMENT ON TABLE parked_event IS 'Events that can never be applied as they are; an operator decides';
COMMENT ON COLUMN parked_event.consumer IS 'public';
COMMENT ON COLUMN parked_event.topic IS 'public';
COMMENT ON COLUMN parked_event.partition IS 'public';
COMMENT ON COLUMN parked_event."offset" IS 'public';
COMMENT ON COLUMN parked_event.key IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN parked_event.type IS 'public';
COMMENT ON COLUMN parked_event.payload IS 'personal: protobuf as received';
COMMENT ON COLUMN parked_event.error_type IS 'public';
COMMENT ON COLUMN parked_event.parked_at IS 'public';

CREATE FUNCTION notify_outbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NOTIFY outbox;
    RETURN NULL;
END
$$;
CREATE TRIGGER outbox_notify AFTER INSERT ON outbox
    FOR EACH STATEMENT EXECUTE FUNCTION notify_outbox();

GRANT SELECT, INSERT, DELETE ON outbox TO {{runtime_role}};
GRANT SELECT, INSERT ON event_log TO {{runtime_role}};
GRANT SELECT, INSERT ON inbox TO {{runtime_role}};
GRANT SELECT, INSERT ON parked_event TO {{runtime_role}};
GRANT SELECT ON schema_migration TO {{runtime_role}};
