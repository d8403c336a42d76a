-- A relying party that does not take logout tokens is asked less often, and does not hold up others.

ALTER TABLE logout_health ADD COLUMN paused_until timestamptz;
COMMENT ON COLUMN logout_health.paused_until IS 'public: nothing is sent before; null: nothing waits';
CREATE INDEX logout_delivery_owed ON logout_delivery (client_id)
    WHERE delivered_at IS NULL AND abandoned_at IS NULL;
