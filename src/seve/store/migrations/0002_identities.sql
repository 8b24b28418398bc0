
-- Identities: who there is, how they prove it, as what they act, and what applications were granted. Secrets are never here in
-- the clear: tokens, codes and cookies are 256 random bits of which only the SHA-256 is stored, passwords are argon2id.

CREATE TABLE account (
    id      text COLLATE "C" PRIMARY KEY,
    login   text COLLATE "C" UNIQUE,          -- folded name that a password is asked with; NULL for who never types one
    name    text NOT NULL,                    -- as it is shown to its holder
    officer boolean NOT NULL DEFAULT false,   -- may sit at the data-protection officer's and administrator's desk
    demo    boolean NOT NULL DEFAULT false,   -- a persona of a demonstration store: signs in with one click, there only
    created timestamptz NOT NULL DEFAULT now(),
    blocked timestamptz
);

-- The same person as other issuers know them (Pro Santé Connect, any OpenID provider).
CREATE TABLE identity (
    issuer text NOT NULL, subject text NOT NULL, account text COLLATE "C" NOT NULL REFERENCES account ON DELETE CASCADE,
    created timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (issuer, subject)
);
CREATE INDEX identity_by_account ON identity (account);

-- Whom an account stands for in the record: Practitioner, Patient, RelatedPerson.
CREATE TABLE account_link (
    account text COLLATE "C" NOT NULL REFERENCES account ON DELETE CASCADE, reference text COLLATE "C" NOT NULL,
    created timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (account, reference)
);
CREATE INDEX account_link_by_reference ON account_link (reference);

CREATE TABLE credential (
    id      bytea PRIMARY KEY,                -- of a passkey: its credential id; else random
    account text COLLATE "C" NOT NULL REFERENCES account ON DELETE CASCADE,
    kind    text NOT NULL CHECK (kind IN ('passkey', 'totp', 'password', 'recovery', 'help')),
    label   text NOT NULL DEFAULT '',
    secret  bytea NOT NULL,                   -- public key; sealed TOTP key; argon2id text; SHA-256 of a recovery code
    counter bigint NOT NULL DEFAULT 0,        -- of a passkey: signatures; of TOTP: the last time step used
    created timestamptz NOT NULL DEFAULT now(),
    used    timestamptz,
    expires timestamptz                       -- of a code given by an officer
);
CREATE INDEX credential_by_account ON credential (account, kind);

-- Web sessions and access tokens alike. In force: not ended, and not expired. Every statement on a person's data checks it.
CREATE TABLE session (
    key          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token        bytea NOT NULL UNIQUE,       -- SHA-256 of the cookie or of the access token
    account      text COLLATE "C" NOT NULL REFERENCES account ON DELETE CASCADE,
    kind         text NOT NULL CHECK (kind IN ('patient', 'professional', 'machine', 'officer')),
    role         text NOT NULL,
    person       text NOT NULL,
    organization text NOT NULL,
    profession   text NOT NULL,
    related      text[] NOT NULL,
    delegated_by text NOT NULL,
    purpose      text NOT NULL,
    client       text COLLATE "C" NOT NULL,   -- '' for Sève's own pages
    scopes       text,                        -- NULL: no narrowing
    patient      text NOT NULL,               -- of a token: the patient that patient/ scopes are about
    application_grant  bigint,                -- of a token: the grant it stems from
    delegation   bigint,                      -- as whose delegate
    csrf         bytea,                       -- of a web session: the synchronizer token's key
    methods      text[] NOT NULL DEFAULT '{}',-- how it was proven: pwd, otp, swk, demo, … (RFC 8176)
    proven       timestamptz NOT NULL DEFAULT now(),
    idle_seconds integer NOT NULL,            -- each use moves `expires` that far, up to `until`; 0: it doesn't move
    expires      timestamptz NOT NULL,
    until        timestamptz NOT NULL,
    created      timestamptz NOT NULL DEFAULT now(),
    used         timestamptz NOT NULL DEFAULT now(),
    ended        timestamptz,
    device       text NOT NULL DEFAULT ''     -- browser and system, as the person would call them
);
CREATE INDEX session_by_account ON session (account) WHERE ended IS NULL;
CREATE INDEX session_by_grant ON session (application_grant) WHERE application_grant IS NOT NULL;
CREATE INDEX session_by_delegation ON session (delegation) WHERE delegation IS NOT NULL;
CREATE INDEX session_by_expiry ON session (expires);

-- However a session ends, every process hears of it.
CREATE FUNCTION tell_of_ended_session() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('session_ended', OLD.key::text);
    RETURN NULL;
END $$;
CREATE TRIGGER session_ends AFTER UPDATE OF ended ON session
    FOR EACH ROW WHEN (OLD.ended IS NULL AND NEW.ended IS NOT NULL) EXECUTE FUNCTION tell_of_ended_session();
CREATE TRIGGER session_goes AFTER DELETE ON session FOR EACH ROW EXECUTE FUNCTION tell_of_ended_session();

-- A professional lets a secretary or a replacement act in one of their activities, from a date to a date.
CREATE TABLE delegation (
    key       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    delegator text COLLATE "C" NOT NULL REFERENCES account ON DELETE CASCADE,
    delegate  text COLLATE "C" NOT NULL REFERENCES account ON DELETE CASCADE,
    role      text NOT NULL,                  -- the delegator's PractitionerRole
    kind      text NOT NULL CHECK (kind IN ('secretary', 'replacement')),
    since     timestamptz NOT NULL,
    until     timestamptz NOT NULL CHECK (until > since),
    ended     timestamptz,
    created   timestamptz NOT NULL DEFAULT now(),
    CHECK (delegator <> delegate)
);
CREATE INDEX delegation_by_delegate ON delegation (delegate);
CREATE INDEX delegation_by_delegator ON delegation (delegator);

-- Failures by account name and by address, under keyed hashes: no name that somebody mistyped is kept.
CREATE TABLE attempt (
    key bytea PRIMARY KEY, failures integer NOT NULL, last timestamptz NOT NULL, closed_until timestamptz NOT NULL
);

-- What waits for its second step, once: challenges, codes, launches, visits to another provider.
CREATE TABLE ceremony (
    token bytea PRIMARY KEY, kind text NOT NULL, data text NOT NULL, expires timestamptz NOT NULL
);
CREATE INDEX ceremony_by_expiry ON ceremony (expires);

CREATE TABLE client (
    id            text COLLATE "C" PRIMARY KEY,
    name          text NOT NULL,
    state         text NOT NULL CHECK (state IN ('pending', 'approved', 'refused', 'blocked')),
    method        text NOT NULL CHECK (method IN ('none', 'private_key_jwt', 'client_secret_basic')),
    secret        bytea,                      -- SHA-256 of 256 random bits
    jwks          text,                       -- its public keys, or
    jwks_uri      text,                       -- where they are
    grant_types   text[] NOT NULL,
    redirect_uris text[] NOT NULL,
    launch_uri    text,                       -- where an EHR launch begins
    scopes        text NOT NULL,              -- the most it may ever have
    purpose       text NOT NULL,
    owner         text NOT NULL,              -- who answers for it, in words
    account       text COLLATE "C" REFERENCES account ON DELETE SET NULL, -- of a machine: the account it acts as
    role          text NOT NULL DEFAULT '',   -- of a machine: its Device
    organization  text NOT NULL DEFAULT '',
    reaches_all   boolean NOT NULL DEFAULT false, -- of a machine: an officer approved it for the data of all patients
    created       timestamptz NOT NULL DEFAULT now(),
    decided       timestamptz,
    decided_by    text
);

-- What a person granted to an application: scoped, for one purpose, dated. Withdrawn or misused: everything from it ends.
CREATE TABLE application_grant (
    key     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account text COLLATE "C" NOT NULL REFERENCES account ON DELETE CASCADE,
    client  text COLLATE "C" NOT NULL REFERENCES client ON DELETE CASCADE,
    scopes  text NOT NULL,
    purpose text NOT NULL,
    patient text NOT NULL DEFAULT '',
    principal text NOT NULL,                  -- as what the person acts through it
    session bigint,                           -- without offline_access: ends with this session
    since   timestamptz NOT NULL DEFAULT now(),
    until   timestamptz NOT NULL,
    ended   timestamptz,
    why     text NOT NULL DEFAULT ''          -- withdrawn, replayed, …
);
CREATE INDEX application_grant_by_account ON application_grant (account);

CREATE TABLE authorization_code (
    token bytea PRIMARY KEY, client text COLLATE "C" NOT NULL, application_grant bigint NOT NULL REFERENCES application_grant ON DELETE CASCADE,
    redirect_uri text NOT NULL, challenge text NOT NULL, data text NOT NULL, expires timestamptz NOT NULL, used timestamptz
);
CREATE TABLE refresh_token (
    token bytea PRIMARY KEY, client text COLLATE "C" NOT NULL, application_grant bigint NOT NULL REFERENCES application_grant ON DELETE CASCADE,
    scopes text NOT NULL, expires timestamptz NOT NULL, used timestamptz, data text NOT NULL DEFAULT '{}'
);
CREATE INDEX refresh_token_by_grant ON refresh_token (application_grant);
CREATE INDEX authorization_code_by_grant ON authorization_code (application_grant);

-- Assertions that were used, until they expire by themselves: none is taken twice.
CREATE TABLE assertion (client text COLLATE "C" NOT NULL, jti text NOT NULL, expires timestamptz NOT NULL, PRIMARY KEY (client, jti));

-- What happened to an account, told to its holder: sign-ins, keys added and removed, help by an officer.
CREATE TABLE account_event (
    key     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account text COLLATE "C" NOT NULL REFERENCES account ON DELETE CASCADE,
    what    text NOT NULL,
    by      text COLLATE "C" NOT NULL,        -- the account that did it
    device  text NOT NULL DEFAULT '',
    at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX account_event_by_account ON account_event (account, at);
