-- An enrolment is finished when its document is in the person's hands: one that was interrupted
-- between completion and print is found as well.

CREATE INDEX enrolment_unprinted_idx ON enrolment (office_id, created_at)
    WHERE acceptance_printed_at IS NULL;
