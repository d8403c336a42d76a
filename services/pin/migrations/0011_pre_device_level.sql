-- What a device was proven with bounds what it confirms, whatever its person is raised to later.

-- Null for devices of before: nobody knows how their person was enrolled then, so they count as
-- basic until they are enrolled again.
ALTER TABLE device ADD COLUMN proven_level text CHECK (proven_level IN ('basic', 'advanced'));
ALTER TABLE device_ticket ADD COLUMN level text CHECK (level IN ('basic', 'advanced'));

COMMENT ON COLUMN device.proven_level IS 'public: how the person was enrolled when it was proven';
COMMENT ON COLUMN device_ticket.level IS 'public: how the person was enrolled when it was issued';
