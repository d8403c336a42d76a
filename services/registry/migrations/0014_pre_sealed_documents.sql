-- Documents under the registry's seal, kept as they were handed out.

CREATE TABLE sealed_document (
    document_id uuid PRIMARY KEY,
    subject_id  uuid NOT NULL REFERENCES person,
    kind        text NOT NULL,
    pdf         bytea NOT NULL,
    sealed_at   timestamptz NOT NULL
);
CREATE INDEX sealed_document_subject_idx ON sealed_document (subject_id, sealed_at DESC);
COMMENT ON TABLE sealed_document IS 'Append-only: proofs and receipts with a PAdES seal';
COMMENT ON COLUMN sealed_document.document_id IS 'public: on the document itself';
COMMENT ON COLUMN sealed_document.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN sealed_document.kind IS 'public: what act it proves';
COMMENT ON COLUMN sealed_document.pdf IS 'personal: the whole document';
COMMENT ON COLUMN sealed_document.sealed_at IS 'public';

GRANT SELECT, INSERT ON sealed_document TO {{runtime_role}};

-- A request to revoke the signing certificates, without leaving.
CREATE TABLE certificate_revocation_request (
    request_id     uuid PRIMARY KEY,
    subject_id     uuid NOT NULL REFERENCES person,
    key_compromise boolean NOT NULL,
    method         text NOT NULL CHECK (method IN ('login', 'certificate', 'office')),
    acr            text,
    office_id      uuid REFERENCES office,
    language       text NOT NULL,
    requested_at   timestamptz NOT NULL
);
COMMENT ON TABLE certificate_revocation_request IS 'Append-only: what the receipts say';
COMMENT ON COLUMN certificate_revocation_request.request_id IS 'public: on the receipt';
COMMENT ON COLUMN certificate_revocation_request.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN certificate_revocation_request.key_compromise IS 'personal';
COMMENT ON COLUMN certificate_revocation_request.method IS 'public: how the person was identified';
COMMENT ON COLUMN certificate_revocation_request.acr IS 'public: of the login; null at an office';
COMMENT ON COLUMN certificate_revocation_request.office_id IS 'public: where, when at an office';
COMMENT ON COLUMN certificate_revocation_request.language IS 'personal: of the receipt';
COMMENT ON COLUMN certificate_revocation_request.requested_at IS 'personal';

GRANT SELECT, INSERT ON certificate_revocation_request TO {{runtime_role}};
