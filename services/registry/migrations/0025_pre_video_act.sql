-- The case of an act of enrolment is asked for while its person waits.

CREATE UNIQUE INDEX video_case_act_key ON video_case (online_enrolment_id)
    WHERE online_enrolment_id IS NOT NULL;
