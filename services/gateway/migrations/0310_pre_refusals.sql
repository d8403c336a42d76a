-- What was refused to relying parties, for their technical contacts: which rule, never which value.

CREATE TABLE refusal (
    refusal_id    text PRIMARY KEY,
    client_id     text NOT NULL REFERENCES relying_party ON DELETE CASCADE,
    occurred_at   timestamptz NOT NULL,
    endpoint      text NOT NULL,
    rule          text NOT NULL,
    error         text NOT NULL,
    authenticated boolean NOT NULL,
    parameters    jsonb NOT NULL,
    request_id    text NOT NULL
);
CREATE INDEX refusal_client ON refusal (client_id, occurred_at DESC, refusal_id DESC);
CREATE INDEX refusal_age ON refusal (occurred_at);
COMMENT ON TABLE refusal IS 'Refused protocol requests of a relying party, kept thirty days';
COMMENT ON COLUMN refusal.refusal_id IS 'public';
COMMENT ON COLUMN refusal.client_id IS 'public';
COMMENT ON COLUMN refusal.occurred_at IS 'public';
COMMENT ON COLUMN refusal.endpoint IS 'public: path of the endpoint';
COMMENT ON COLUMN refusal.rule IS 'public: stable name of the rule, docs/relying-parties/refusals.md';
COMMENT ON COLUMN refusal.error IS 'public: code of the answer';
COMMENT ON COLUMN refusal.authenticated IS 'public: whether the client had proved who it is';
COMMENT ON COLUMN refusal.parameters IS 'public: known names, values of a fixed vocabulary only';
COMMENT ON COLUMN refusal.request_id IS 'public: correlation id of the log';

GRANT SELECT, INSERT, DELETE ON refusal TO {{runtime_role}};
