-- Acts that one officer proposes and another decides.

CREATE TABLE approval (
    approval_id         uuid PRIMARY KEY,
    kind                text NOT NULL
        CHECK (kind IN ('lift_revocation', 'correct_death', 'phone_change')),
    subject_id          uuid NOT NULL REFERENCES person,
    office_id           uuid NOT NULL REFERENCES office,
    proposer_subject_id uuid NOT NULL REFERENCES officer,
    facts               jsonb NOT NULL,
    reason              text NOT NULL,
    state               text NOT NULL
        CHECK (state IN ('open', 'approved', 'rejected', 'withdrawn')),
    proposed_at         timestamptz NOT NULL,
    expires_at          timestamptz NOT NULL,
    decider_subject_id  uuid REFERENCES officer,
    decision_reason     text,
    decided_at          timestamptz,
    CONSTRAINT approval_decided_is_complete CHECK (
        (state IN ('approved', 'rejected'))
        = (decider_subject_id IS NOT NULL AND decided_at IS NOT NULL)
    ),
    -- Four eyes: the database refuses what the rule refuses.
    CONSTRAINT approval_four_eyes CHECK (decider_subject_id <> proposer_subject_id)
);
CREATE UNIQUE INDEX approval_open_key ON approval (subject_id, kind) WHERE state = 'open';
CREATE INDEX approval_open_idx ON approval (proposed_at) WHERE state = 'open';
COMMENT ON TABLE approval IS 'Proposals that take effect only when a second person approves';
COMMENT ON COLUMN approval.approval_id IS 'public';
COMMENT ON COLUMN approval.kind IS 'public';
COMMENT ON COLUMN approval.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN approval.office_id IS 'public: of the proposer';
COMMENT ON COLUMN approval.proposer_subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN approval.facts IS 'personal: what the effect needs, and what the decider sees';
COMMENT ON COLUMN approval.reason IS 'personal: in the proposer''s words';
COMMENT ON COLUMN approval.state IS 'public: open, approved, rejected or withdrawn';
COMMENT ON COLUMN approval.proposed_at IS 'public';
COMMENT ON COLUMN approval.expires_at IS 'public: an undecided proposal ends here';
COMMENT ON COLUMN approval.decider_subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN approval.decision_reason IS 'personal: in the decider''s words';
COMMENT ON COLUMN approval.decided_at IS 'public';

GRANT SELECT, INSERT, UPDATE ON approval TO {{runtime_role}};
