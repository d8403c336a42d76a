-- Video agents and auditors among the officers.

ALTER TABLE officer DROP CONSTRAINT officer_role_check;
ALTER TABLE officer ADD CONSTRAINT officer_role_check
    CHECK (role IN ('officer', 'video_agent', 'supervisor', 'auditor'));
COMMENT ON COLUMN officer.role IS 'public: officer, video_agent, supervisor or auditor';
