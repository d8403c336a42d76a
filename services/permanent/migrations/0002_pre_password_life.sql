-- The life of a password: blocked, recovered, changed, removed; what the person is told of it, and
-- how everything stops when the person is frozen.

ALTER TABLE person
    ADD COLUMN email       text,
    ADD COLUMN frozen      boolean NOT NULL DEFAULT false,
    ADD COLUMN reported_at timestamptz;
COMMENT ON COLUMN person.email IS 'personal: where notices go; null when there is none';
COMMENT ON COLUMN person.frozen IS 'public: whether the registry froze every method';
COMMENT ON COLUMN person.reported_at IS
    'public: when the person said here that it was not them; until the registry unfreezes';

-- The one place that says who may use a password or a code.
CREATE FUNCTION stands(p person) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN coalesce(p.status = 'active' AND NOT p.frozen AND p.reported_at IS NULL, false);

ALTER TABLE credential ADD COLUMN pepper_id text NOT NULL DEFAULT '0';
COMMENT ON COLUMN credential.pepper_id IS 'public: which pepper the hash was made with';
CREATE INDEX credential_expires_at ON credential (expires_at) WHERE password_hash IS NOT NULL;

CREATE TABLE former_password (
    subject_id    uuid        NOT NULL REFERENCES person,
    replaced_at   timestamptz NOT NULL,
    password_hash text        NOT NULL,
    pepper_id     text        NOT NULL,
    PRIMARY KEY (subject_id, replaced_at)
);
COMMENT ON TABLE former_password IS 'Passwords that may not be chosen again, as many as the policy says';
COMMENT ON COLUMN former_password.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN former_password.replaced_at IS 'public: when another took its place';
COMMENT ON COLUMN former_password.password_hash IS 'secret: Argon2id over a keyed hash';
COMMENT ON COLUMN former_password.pepper_id IS 'public: which pepper the hash was made with';

ALTER TABLE activation_code
    ADD COLUMN recovery_failures integer NOT NULL DEFAULT 0,
    ADD COLUMN used_at           timestamptz,
    ADD COLUMN ended_at          timestamptz;
COMMENT ON COLUMN activation_code.recovery_failures IS
    'public: wrong codes in a row at recoveries, where no e-mail address is shown';
COMMENT ON COLUMN activation_code.used_at IS 'public: when it first put a password in force';
COMMENT ON COLUMN activation_code.ended_at IS 'public: when it was blocked or spent; only another serves';

ALTER TABLE activation ADD COLUMN recovery boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN activation.recovery IS 'public: true when a forgotten password is replaced';

ALTER TABLE otp DROP CONSTRAINT otp_action_check;
ALTER TABLE otp ADD CONSTRAINT otp_action_check
    CHECK (action IN ('login', 'sign', 'password-change', 'password-removal'));

-- One row for each person, so a newer permission replaces an older one.
CREATE TABLE password_change (
    subject_id      uuid        PRIMARY KEY REFERENCES person,
    change_id       uuid        NOT NULL UNIQUE,
    password_set_at timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    used_at         timestamptz
);
COMMENT ON TABLE password_change IS 'Permission to replace a password that was just proved at a login';
COMMENT ON COLUMN password_change.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN password_change.change_id IS 'public: identifier without meaning';
COMMENT ON COLUMN password_change.password_set_at IS 'public: since when the proved password was in force';
COMMENT ON COLUMN password_change.expires_at IS 'public: until when it may be replaced';
COMMENT ON COLUMN password_change.used_at IS 'public: when it was replaced';

CREATE TABLE credential_history (
    entry_id   bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subject_id uuid        NOT NULL REFERENCES person,
    at         timestamptz NOT NULL,
    kind       text        NOT NULL,
    proof      text
);
CREATE INDEX credential_history_subject_id ON credential_history (subject_id, entry_id DESC);
CREATE INDEX credential_history_at ON credential_history (at);
COMMENT ON TABLE credential_history IS 'What happened to a person''s credentials, shown to that person';
COMMENT ON COLUMN credential_history.entry_id IS 'public: order of the entries';
COMMENT ON COLUMN credential_history.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN credential_history.at IS 'personal: when it happened';
COMMENT ON COLUMN credential_history.kind IS 'personal: what happened';
COMMENT ON COLUMN credential_history.proof IS 'personal: how the person proved to be themselves';

-- Written with the fact and delivered afterwards: nobody waits for a mail server, none is forgotten.
CREATE TABLE notice (
    notice_id   uuid        PRIMARY KEY,
    subject_id  uuid        NOT NULL REFERENCES person,
    kind        text        NOT NULL,
    about       text        NOT NULL,
    created_at  timestamptz NOT NULL,
    due_at      timestamptz NOT NULL,
    attempts    integer     NOT NULL DEFAULT 0,
    sent_at     timestamptz,
    ended_at    timestamptz,
    reported_at timestamptz,
    UNIQUE (subject_id, kind, about)
);
CREATE INDEX notice_due_at ON notice (due_at) WHERE ended_at IS NULL;
CREATE INDEX notice_created_at ON notice (created_at);
COMMENT ON TABLE notice IS 'What a person is told about their credentials, each once';
COMMENT ON COLUMN notice.notice_id IS 'public: identifier without meaning';
COMMENT ON COLUMN notice.subject_id IS 'personal: pseudonymous subject id';
COMMENT ON COLUMN notice.kind IS 'personal: what happened';
COMMENT ON COLUMN notice.about IS 'public: which occurrence, so that it is told once';
COMMENT ON COLUMN notice.created_at IS 'public: when it happened';
COMMENT ON COLUMN notice.due_at IS 'public: when it is sent, or sent again';
COMMENT ON COLUMN notice.attempts IS 'public: how often it was tried';
COMMENT ON COLUMN notice.sent_at IS 'public: when a provider took it';
COMMENT ON COLUMN notice.ended_at IS 'public: when it was sent, or given up';
COMMENT ON COLUMN notice.reported_at IS 'public: when the person answered that it was not them';

GRANT SELECT, INSERT, UPDATE ON password_change TO {{runtime_role}};
GRANT SELECT, INSERT, UPDATE, DELETE ON former_password, credential_history, notice
    TO {{runtime_role}};
