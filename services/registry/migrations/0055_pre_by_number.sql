-- What was kept under a number before its person was on record is found for that person.

CREATE INDEX video_appointment_number_idx ON video_appointment (national_id_hash);
CREATE INDEX lookup_number_idx ON lookup (national_id_hash, at DESC) WHERE subject_id IS NULL;
