-- Acts that came to an end go when the evidence of their person goes: how the retention job finds them.

CREATE INDEX enrolment_subject_idx ON enrolment (subject_id) WHERE subject_id IS NOT NULL;
CREATE INDEX approval_subject_idx ON approval (subject_id);

GRANT DELETE ON approval TO {{runtime_role}};
