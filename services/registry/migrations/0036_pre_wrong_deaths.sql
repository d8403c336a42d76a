-- Every entry found wrong stays known: told again, in whatever order, it ends nobody.

ALTER TABLE death_notice ADD COLUMN wrong_references text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN death_notice.wrong_references
    IS 'public: references of the entries that were found wrong';
UPDATE death_notice SET wrong_references = ARRAY[source_reference] WHERE corrected_at IS NOT NULL;
GRANT UPDATE (wrong_references) ON death_notice TO {{runtime_role}};
