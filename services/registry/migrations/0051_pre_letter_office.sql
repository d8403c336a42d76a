-- The spool of an organisation: who invited, and where.

ALTER TABLE letter
    ADD COLUMN office_id uuid REFERENCES office,
    ADD COLUMN officer_id uuid REFERENCES officer,
    ADD CONSTRAINT letter_officer_has_office CHECK (officer_id IS NULL OR office_id IS NOT NULL);
COMMENT ON COLUMN letter.office_id IS 'public: where the person was invited; null: at no office';
COMMENT ON COLUMN letter.officer_id IS 'personal: pseudonymous subject id of who invited';
