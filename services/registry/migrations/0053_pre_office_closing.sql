-- Offices open and close.

ALTER TABLE office ADD COLUMN closed_at timestamptz;
COMMENT ON COLUMN office.closed_at IS 'public: nobody works there any more; null: open';
