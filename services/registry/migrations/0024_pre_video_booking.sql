-- A booking is replaced only by whoever also knows the document, and bookings are limited.

DROP INDEX video_appointment_person_key;
ALTER TABLE video_appointment
    ADD COLUMN contrast_hash text NOT NULL,
    ADD COLUMN source_hash text NOT NULL;
CREATE UNIQUE INDEX video_appointment_person_key
    ON video_appointment (national_id_hash, contrast_hash) WHERE state = 'booked';
CREATE INDEX video_appointment_source_idx ON video_appointment (source_hash, created_at);
COMMENT ON COLUMN video_appointment.contrast_hash IS 'personal: keyed hash of what was typed';
COMMENT ON COLUMN video_appointment.source_hash
    IS 'personal: keyed hash of where it came from, to limit it';
