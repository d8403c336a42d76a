-- Messages recorded with their fact and sent after it; a failure to send undoes nothing.

CREATE TABLE message (
    message_id      uuid PRIMARY KEY,
    channel         text NOT NULL CHECK (channel IN ('sms', 'email')),
    recipient       text NOT NULL,
    subject         text,
    body            text NOT NULL,
    attempts        integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL
);
CREATE INDEX message_due_idx ON message (next_attempt_at);
COMMENT ON TABLE message IS 'Messages waiting to be sent; a row goes when it was sent or is too old';
COMMENT ON COLUMN message.message_id IS 'public: reference at the carrier';
COMMENT ON COLUMN message.channel IS 'public: sms or email';
COMMENT ON COLUMN message.recipient IS 'personal';
COMMENT ON COLUMN message.subject IS 'public';
COMMENT ON COLUMN message.body IS 'personal';
COMMENT ON COLUMN message.attempts IS 'public';
COMMENT ON COLUMN message.next_attempt_at IS 'public';
COMMENT ON COLUMN message.expires_at IS 'public';

GRANT SELECT, INSERT, UPDATE, DELETE ON message TO {{runtime_role}};
