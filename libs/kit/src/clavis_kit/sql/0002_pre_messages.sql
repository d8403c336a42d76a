-- Notices waiting to be sent, and what became of the messages that providers took.

CREATE TABLE queued_message (
    reference       text PRIMARY KEY,
    channel         text NOT NULL CHECK (channel IN ('sms', 'email')),
    recipient       text NOT NULL,
    subject         text,
    body            text NOT NULL,
    attempts        integer NOT NULL DEFAULT 0,
    queued_at       timestamptz NOT NULL,
    next_attempt_at timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL
);
CREATE INDEX queued_message_due_idx ON queued_message (next_attempt_at);
COMMENT ON TABLE queued_message IS 'Notices recorded with their fact; gone once a provider took them';
COMMENT ON COLUMN queued_message.reference IS 'public: the same notice is queued once';
COMMENT ON COLUMN queued_message.channel IS 'public';
COMMENT ON COLUMN queued_message.recipient IS 'personal: E.164 number or e-mail address';
COMMENT ON COLUMN queued_message.subject IS 'public';
COMMENT ON COLUMN queued_message.body IS 'personal: never holds a code';
COMMENT ON COLUMN queued_message.attempts IS 'public';
COMMENT ON COLUMN queued_message.queued_at IS 'public';
COMMENT ON COLUMN queued_message.next_attempt_at IS 'public';
COMMENT ON COLUMN queued_message.expires_at IS 'public: of no use to anybody later';

CREATE TABLE message_delivery (
    reference      text NOT NULL,
    provider       text NOT NULL,
    channel        text NOT NULL,
    message_id     text,
    state          text NOT NULL CHECK (state IN ('accepted', 'delivered', 'failed')),
    handed_over_at timestamptz NOT NULL,
    settled_at     timestamptz,
    PRIMARY KEY (reference, provider)
);
CREATE INDEX message_delivery_message_idx ON message_delivery (provider, message_id);
CREATE INDEX message_delivery_age_idx ON message_delivery (handed_over_at);
COMMENT ON TABLE message_delivery IS 'What became of messages; neither text nor recipient';
COMMENT ON COLUMN message_delivery.reference IS 'public';
COMMENT ON COLUMN message_delivery.provider IS 'public';
COMMENT ON COLUMN message_delivery.channel IS 'public';
COMMENT ON COLUMN message_delivery.message_id IS 'public: the provider''s name for the message';
COMMENT ON COLUMN message_delivery.state IS 'public: the last word of the provider';
COMMENT ON COLUMN message_delivery.handed_over_at IS 'public';
COMMENT ON COLUMN message_delivery.settled_at IS 'public: when the receipt came';

GRANT SELECT, INSERT, UPDATE, DELETE ON queued_message TO {{runtime_role}};
GRANT SELECT, INSERT, UPDATE, DELETE ON message_delivery TO {{runtime_role}};
