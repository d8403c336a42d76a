-- The kit's queue sends every notice. What the former release still holds moves there.
INSERT INTO queued_message
    (reference, channel, recipient, subject, body, attempts, queued_at, next_attempt_at, expires_at)
SELECT message_id::text, channel, recipient, subject, body, attempts, next_attempt_at,
       next_attempt_at, expires_at
  FROM message
    ON CONFLICT (reference) DO NOTHING;
DROP TABLE message;
