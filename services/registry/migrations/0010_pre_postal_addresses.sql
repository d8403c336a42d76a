-- Where letters go: the address that the administration holds, never one that is typed.

CREATE TABLE postal_address (
    national_id_hash text PRIMARY KEY,
    lines            text[] NOT NULL CHECK (cardinality(lines) BETWEEN 1 AND 4),
    postcode         text NOT NULL,
    municipality     text NOT NULL,
    province         text NOT NULL,
    source           text NOT NULL,
    received_at      timestamptz NOT NULL
);
COMMENT ON TABLE postal_address
    IS 'Addresses on record, for letters only; of people who never enrolled as well';
COMMENT ON COLUMN postal_address.national_id_hash IS 'personal: keyed hash';
COMMENT ON COLUMN postal_address.lines IS 'personal: street, number, floor';
COMMENT ON COLUMN postal_address.postcode IS 'personal: five digits';
COMMENT ON COLUMN postal_address.municipality IS 'personal';
COMMENT ON COLUMN postal_address.province IS 'personal';
COMMENT ON COLUMN postal_address.source IS 'public: the register that told it';
COMMENT ON COLUMN postal_address.received_at IS 'public: when the feed last confirmed or changed it';

GRANT SELECT, INSERT, UPDATE, DELETE ON postal_address TO {{runtime_role}};
