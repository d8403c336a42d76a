-- App devices, the login requests they answer, and what limits both.

-- A device that nobody proved yet may belong to no one: an enrolment of an unknown person looks the
-- same from outside. No foreign key to person, so that the projection can be rebuilt beside it.
CREATE TABLE device (
    device_id            uuid        PRIMARY KEY,
    subject_id           uuid,
    name                 text        NOT NULL,
    signing_key          jsonb       NOT NULL,
    encryption_key       jsonb       NOT NULL,
    attestation          text        NOT NULL,
    state                text        NOT NULL CHECK (state IN ('pending', 'active', 'deactivated')),
    code_hash            text,
    failures             integer     NOT NULL DEFAULT 0,
    created_at           timestamptz NOT NULL,
    enrolment_expires_at timestamptz NOT NULL,
    proven_by            text        CHECK (proven_by IN ('sms', 'ticket')),
    activated_at         timestamptz,
    last_used_at         timestamptz,
    deactivated_at       timestamptz,
    ended_because        text        CHECK (ended_because IN
                         ('replaced', 'removed_on_device', 'removed_in_portal', 'identity_ended')),
    CHECK (state = 'pending' OR subject_id IS NOT NULL)
);
CREATE INDEX device_of_person ON device (subject_id) WHERE state = 'active';
CREATE INDEX device_pending ON device (enrolment_expires_at) WHERE state = 'pending';

COMMENT ON TABLE device IS 'Devices with the app: pending, active, deactivated. The last two are evidence';
COMMENT ON COLUMN device.device_id IS 'public: identifier without meaning; also names the enrolment';
COMMENT ON COLUMN device.subject_id IS 'personal: pseudonymous subject id; null when nobody is known';
COMMENT ON COLUMN device.name IS 'personal: what the person calls the device';
COMMENT ON COLUMN device.signing_key IS 'public: JWK with which the device signs';
COMMENT ON COLUMN device.encryption_key IS 'public: JWK to which PINs are sealed';
COMMENT ON COLUMN device.attestation IS 'public: what proved where the key lives; none for a web app';
COMMENT ON COLUMN device.state IS 'public: pending, active or deactivated';
COMMENT ON COLUMN device.code_hash IS 'secret: keyed hash of the code sent by SMS';
COMMENT ON COLUMN device.failures IS 'public: wrong codes so far';
COMMENT ON COLUMN device.created_at IS 'personal: when the enrolment began';
COMMENT ON COLUMN device.enrolment_expires_at IS 'public: until when it can be proven';
COMMENT ON COLUMN device.proven_by IS 'public: code by SMS, or ticket of a portal session';
COMMENT ON COLUMN device.activated_at IS 'personal: when it became active';
COMMENT ON COLUMN device.last_used_at IS 'personal: when it last answered a login';
COMMENT ON COLUMN device.deactivated_at IS 'personal: when it stopped being active';
COMMENT ON COLUMN device.ended_because IS 'public: why it is no longer active';

CREATE TABLE device_fact (
    subject_id uuid   PRIMARY KEY,
    version    bigint NOT NULL
);

COMMENT ON TABLE device_fact IS 'How many facts about a person''s devices were published';
COMMENT ON COLUMN device_fact.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN device_fact.version IS 'public: version of the last event';

CREATE TABLE device_proof (
    device_id  uuid        NOT NULL,
    jti_hash   text        NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (device_id, jti_hash)
);
CREATE INDEX device_proof_expires_at ON device_proof (expires_at);

COMMENT ON TABLE device_proof IS 'Signed requests already seen: none is honoured twice';
COMMENT ON COLUMN device_proof.device_id IS 'public: identifier without meaning';
COMMENT ON COLUMN device_proof.jti_hash IS 'public: hash of the proof''s own identifier';
COMMENT ON COLUMN device_proof.expires_at IS 'public: when it would be too old anyway';

CREATE TABLE push_subscription (
    device_id  uuid        PRIMARY KEY REFERENCES device ON DELETE CASCADE,
    endpoint   text        NOT NULL,
    public_key text        NOT NULL,
    auth       text        NOT NULL,
    created_at timestamptz NOT NULL
);

COMMENT ON TABLE push_subscription IS 'Where a device can be woken (RFC 8030)';
COMMENT ON COLUMN push_subscription.device_id IS 'public: identifier without meaning';
COMMENT ON COLUMN push_subscription.endpoint IS 'secret: address at the push service; a capability';
COMMENT ON COLUMN push_subscription.public_key IS 'public: key of RFC 8291, base64url';
COMMENT ON COLUMN push_subscription.auth IS 'secret: authentication secret of RFC 8291, base64url';
COMMENT ON COLUMN push_subscription.created_at IS 'public: when it was made known';

CREATE TABLE device_ticket (
    subject_id  uuid        PRIMARY KEY,
    ticket_hash text        NOT NULL UNIQUE,
    expires_at  timestamptz NOT NULL,
    used_at     timestamptz
);

COMMENT ON TABLE device_ticket IS 'The last ticket by which a portal session vouches for a device';
COMMENT ON COLUMN device_ticket.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN device_ticket.ticket_hash IS 'secret: hash of a ticket with 256 bits';
COMMENT ON COLUMN device_ticket.expires_at IS 'public: when it stops being valid';
COMMENT ON COLUMN device_ticket.used_at IS 'personal: when it was used';

CREATE TABLE app_request (
    app_request_id  uuid        PRIMARY KEY,
    browser_hash    text        NOT NULL,
    number          text        NOT NULL CHECK (number ~ '^[0-9]{3}$'),
    handle          text        NOT NULL CHECK (handle ~ '^[0-9]{6}$'),
    rp_name         text        NOT NULL,
    rp_domain       text        NOT NULL,
    purpose         text,
    place           text,
    language        text        NOT NULL,
    holder_hash     text,
    subject_id      uuid,
    device_id       uuid        REFERENCES device,
    state           text        NOT NULL CHECK (state IN ('pending', 'scanned', 'confirmed',
                                'rejected', 'reported', 'cancelled', 'expired')),
    number_failures integer     NOT NULL DEFAULT 0,
    created_at      timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    decided_at      timestamptz,
    completed_at    timestamptz
);
-- One request under way for each person; by number and contrast datum, for each pair of those,
-- enrolled or not, so that a refusal says nothing.
CREATE UNIQUE INDEX app_request_of_person ON app_request (subject_id)
    WHERE state IN ('pending', 'scanned');
CREATE UNIQUE INDEX app_request_of_holder ON app_request (holder_hash)
    WHERE state IN ('pending', 'scanned');
CREATE INDEX app_request_handle ON app_request (handle) WHERE state IN ('pending', 'scanned');
CREATE INDEX app_request_expires_at ON app_request (expires_at);

COMMENT ON TABLE app_request IS 'Logins that wait for an answer on the person''s device';
COMMENT ON COLUMN app_request.app_request_id IS 'public: identifier without meaning';
COMMENT ON COLUMN app_request.browser_hash IS 'secret: hash of what only that browser session has';
COMMENT ON COLUMN app_request.number IS 'secret: what the page shows and the person types in the app';
COMMENT ON COLUMN app_request.handle IS 'public: first part of the code for those who cannot scan';
COMMENT ON COLUMN app_request.rp_name IS 'public: name of the relying party';
COMMENT ON COLUMN app_request.rp_domain IS 'public: domain of the relying party';
COMMENT ON COLUMN app_request.purpose IS 'personal: what the login is for';
COMMENT ON COLUMN app_request.place IS 'personal: where the browser seems to be';
COMMENT ON COLUMN app_request.language IS 'public: language of the login page';
COMMENT ON COLUMN app_request.holder_hash IS 'personal: keyed hash of identity number and contrast datum';
COMMENT ON COLUMN app_request.subject_id IS 'personal: pseudonymous subject id; null until known';
COMMENT ON COLUMN app_request.device_id IS 'public: the device that took it up';
COMMENT ON COLUMN app_request.state IS 'public: where it stands';
COMMENT ON COLUMN app_request.number_failures IS 'public: wrong numbers so far';
COMMENT ON COLUMN app_request.created_at IS 'personal: when the login was asked for';
COMMENT ON COLUMN app_request.expires_at IS 'public: when it stops waiting';
COMMENT ON COLUMN app_request.decided_at IS 'personal: when it was answered';
COMMENT ON COLUMN app_request.completed_at IS 'personal: when the browser collected the answer';

CREATE TABLE app_decision (
    app_request_id uuid        PRIMARY KEY,
    device_id      uuid        NOT NULL REFERENCES device,
    subject_id     uuid        NOT NULL,
    decision       text        NOT NULL CHECK (decision IN ('confirm', 'reject', 'report')),
    signature      text        NOT NULL,
    decided_at     timestamptz NOT NULL
);
CREATE INDEX app_decision_decided_at ON app_decision (decided_at);

COMMENT ON TABLE app_decision IS 'Evidence: each answer as the device signed it';
COMMENT ON COLUMN app_decision.app_request_id IS 'public: identifier without meaning';
COMMENT ON COLUMN app_decision.device_id IS 'public: the device whose key verifies the signature';
COMMENT ON COLUMN app_decision.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN app_decision.decision IS 'personal: confirm, reject or report';
COMMENT ON COLUMN app_decision.signature IS 'personal: JWS over request, relying party, number, decision';
COMMENT ON COLUMN app_decision.decided_at IS 'personal: when it was verified';

CREATE TABLE app_quota (
    quota_key    text          PRIMARY KEY,
    requested_at timestamptz[] NOT NULL,
    last_ticket  uuid          NOT NULL,
    last_at      timestamptz   NOT NULL
);
CREATE INDEX app_quota_last_at ON app_quota (last_at);

COMMENT ON TABLE app_quota IS 'How often app logins and enrolments are asked for, by person and network';
COMMENT ON COLUMN app_quota.quota_key IS 'personal: kind and keyed hash of number or network';
COMMENT ON COLUMN app_quota.requested_at IS 'personal: admitted requests within the window';
COMMENT ON COLUMN app_quota.last_ticket IS 'public: identifier of the last admitted request';
COMMENT ON COLUMN app_quota.last_at IS 'personal: when the last request was admitted';

GRANT SELECT, INSERT, UPDATE, DELETE
   ON device, device_proof, push_subscription, app_request, app_decision, app_quota
   TO {{runtime_role}};
GRANT SELECT, INSERT, UPDATE ON device_fact, device_ticket TO {{runtime_role}};
