-- The record store. One row a version of a resource; index rows hang on the version (`vid`), never on the resource:
-- an update adds rows and ends the old version, so that a reader pinned to an earlier snapshot still finds what it saw.
-- Every row of a person's data carries `patient`, the key of its patient compartment (0: none): the distribution key on Citus.

CREATE TABLE version (
    vid     bigint PRIMARY KEY,               -- time-ordered: milliseconds since 2020, worker, counter (kernel/identifiers)
    ref     bigint NOT NULL,                  -- hash of Type/id, what links point to
    version integer NOT NULL CHECK (version > 0),
    patient bigint NOT NULL,
    type    text COLLATE "C" NOT NULL,
    id      text COLLATE "C" NOT NULL,
    method  text COLLATE "C" NOT NULL CHECK (method IN ('POST', 'PUT', 'PATCH', 'DELETE')),
    xid     xid8 NOT NULL DEFAULT pg_current_xact_id(),
    ended   xid8,                             -- the transaction that replaced this version
    body    text,                             -- the document; NULL once deleted
    present bigint[] NOT NULL,                -- keys of the search parameters that have a value (`:missing`)
    author  bigint NOT NULL,                  -- the role that created the resource (0: none), which sees it whatever hides it
    veil    integer NOT NULL,                 -- bits that hide it (fhir/access/veils)
    kind    bigint NOT NULL,                  -- its type, or its type of document, for policies (fhir/access/kinds)
    CHECK ((body IS NULL) = (method = 'DELETE'))
) WITH (fillfactor = 90);
CREATE UNIQUE INDEX version_by_ref ON version (ref, version);
CREATE INDEX version_by_type ON version (type, vid);

-- Equality: tokens, uris, exact strings, presence, composites of tokens. key = hash(parameter) xor hash(value).
CREATE TABLE posting (key bigint NOT NULL, vid bigint NOT NULL, patient bigint NOT NULL);
CREATE INDEX posting_by_key ON posting (key, vid);

-- References: `target` is the `ref` of what is pointed to, whether or not it exists here.
CREATE TABLE link (param bigint NOT NULL, target bigint NOT NULL, vid bigint NOT NULL, patient bigint NOT NULL);
CREATE INDEX link_by_target ON link (param, target, vid);
CREATE INDEX link_by_vid ON link (vid, param, target);

-- Folded strings for prefix search, `:contains` by trigrams, and sort.
CREATE TABLE text_value (
    key bigint NOT NULL, value text COLLATE "C" NOT NULL, vid bigint NOT NULL, patient bigint NOT NULL,
    trigrams integer[]                        -- NULL where only prefixes are searched
);
CREATE INDEX text_value_by_key ON text_value (key, value, vid);
CREATE INDEX text_value_by_vid ON text_value (vid, key, value);
CREATE INDEX text_value_trigrams ON text_value USING gin (trigrams) WITH (gin_pending_list_limit = 512); -- kB: what each search reads through

-- Dates as half-open ranges of microseconds; numbers and quantities as ranges. Wide ranges stand under a key of their own.
CREATE TABLE moment (key bigint NOT NULL, lo bigint NOT NULL, hi bigint NOT NULL, vid bigint NOT NULL, patient bigint NOT NULL);
CREATE INDEX moment_by_key ON moment (key, lo, hi, vid);
CREATE INDEX moment_by_vid ON moment (vid, key, lo, hi);

CREATE TABLE quantity (
    key bigint NOT NULL, lo double precision NOT NULL, hi double precision NOT NULL, vid bigint NOT NULL, patient bigint NOT NULL
);
CREATE INDEX quantity_by_key ON quantity (key, lo, hi, vid);
CREATE INDEX quantity_by_vid ON quantity (vid, key, lo, hi);

CREATE TABLE position (
    key bigint NOT NULL, latitude double precision NOT NULL, longitude double precision NOT NULL,
    vid bigint NOT NULL, patient bigint NOT NULL
);
CREATE INDEX position_by_key ON position (key, latitude, longitude, vid);
CREATE INDEX position_by_vid ON position (vid);

-- Words of the narrative (weight A) and of everything else, French and English stems side by side (store/lexemes).
CREATE TABLE words (vid bigint PRIMARY KEY, patient bigint NOT NULL, words tsvector NOT NULL);
CREATE INDEX words_by_word ON words USING gin (words) WITH (gin_pending_list_limit = 512);

-- Who reaches whose data (fhir/access/reaches): made from the resources in force, in the transaction that writes them.
-- Patient 0 is standing: a role without such a row sees nothing.
CREATE TABLE reach (
    patient bigint NOT NULL,
    reader  bigint NOT NULL,
    purpose smallint NOT NULL,
    opens   boolean NOT NULL,                 -- false shuts out, whatever else opens
    lifts   integer NOT NULL,                 -- the bits of a veil that it sees through
    since   bigint NOT NULL,                  -- microseconds since 1970, half open
    until   bigint NOT NULL,
    vid     bigint NOT NULL                   -- the version that says so; an update or deletion removes its rows
);
CREATE INDEX reach_by_patient ON reach (patient, reader);
CREATE INDEX reach_by_reader ON reach (reader, patient);
CREATE INDEX reach_by_vid ON reach (vid);

-- Glass that was broken: who opened a record without consent, why, until when, and what the officer found. Its row of `reach`
-- hangs on `vid`.
CREATE TABLE emergency (
    vid          bigint PRIMARY KEY,
    patient      text COLLATE "C" NOT NULL,   -- references
    role         text COLLATE "C" NOT NULL,
    person       text COLLATE "C" NOT NULL,
    organization text COLLATE "C" NOT NULL,
    reason       text NOT NULL,
    opened       timestamptz NOT NULL DEFAULT now(),
    until        timestamptz NOT NULL,
    state        text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'justified', 'abusive')),
    officer      text COLLATE "C" NOT NULL DEFAULT '',
    note         text NOT NULL DEFAULT '',
    reviewed     timestamptz
);
CREATE INDEX emergency_by_state ON emergency (state, vid);
CREATE INDEX emergency_by_patient ON emergency (patient, vid);

-- What a profession may do with a kind of record (the DMP's table of professions and documents); nothing without a row.
CREATE TABLE habilitation (
    profession text COLLATE "C" NOT NULL,
    kind       bigint NOT NULL,
    name       text COLLATE "C" NOT NULL,     -- of the kind: `Observation`, `DocumentReference|11488-4`
    may_read   boolean NOT NULL,
    may_add    boolean NOT NULL,
    may_change boolean NOT NULL,              -- also what others wrote
    PRIMARY KEY (profession, kind)
);

-- The access rule where it is rarely asked, so that the statements that carry it stay short (store/access/rule has the whole).
-- `at` is microseconds since 1970. Nothing found is false: closed.
CREATE FUNCTION is_in_force(session_key bigint, standing bigint[], at bigint) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF session_key IS NOT NULL AND NOT EXISTS (
        SELECT FROM session s WHERE s.key = session_key AND s.ended IS NULL AND s.expires > now()
    ) THEN
        RETURN false;
    END IF;
    RETURN NOT EXISTS (
        SELECT FROM unnest(standing) AS role (key)
        WHERE NOT EXISTS (SELECT FROM reach r WHERE r.reader = role.key AND r.patient = 0 AND r.since <= at AND r.until > at)
    );
END $$;

CREATE FUNCTION is_reached(patient_key bigint, veil integer, readers bigint[], for_purpose smallint, at bigint) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT bool_and(r.opens) AND veil & ~(bit_or(r.lifts) | (1 << 29)) = 0 FROM reach r
        WHERE r.patient = patient_key AND r.reader = ANY (readers)
            AND (r.purpose = for_purpose OR for_purpose = 1 AND r.purpose = 2 AND r.opens) AND r.since <= at AND r.until > at
    ) IS TRUE;
END $$;

-- Every patient that a version is about is reached (links under ABOUT, fhir/search/keys).
CREATE FUNCTION are_all_reached(version_vid bigint, veil integer, readers bigint[], for_purpose smallint, at bigint) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN NOT EXISTS (
        SELECT FROM link a WHERE a.vid = version_vid AND a.param = 898282439043734545
            AND NOT is_reached(a.target, veil, readers, for_purpose, at)
    );
END $$;

-- The version in force of a resource is seen. `by_profession` NULL: a machine.
CREATE FUNCTION is_seen(resource_ref bigint, readers bigint[], for_purpose smallint, by_profession text, at bigint) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v version;
BEGIN
    SELECT * INTO v FROM version c WHERE c.ref = resource_ref AND c.ended IS NULL;
    IF NOT FOUND THEN
        RETURN false;
    ELSIF v.patient = 0 AND v.veil = 0 OR v.author = ANY (readers) THEN
        RETURN true;
    ELSIF v.patient <> 0 THEN
        RETURN is_reached(v.patient, v.veil, readers, for_purpose, at)
            AND (v.veil & (1 << 29) = 0 OR are_all_reached(v.vid, v.veil, readers, for_purpose, at))
            AND (
                by_profession IS NULL OR by_profession = 'PATIENT' OR EXISTS (
                    SELECT FROM habilitation h WHERE h.profession = by_profession AND h.kind = v.kind AND h.may_read
                )
            );
    END IF;
    RETURN v.type = 'Binary' AND is_context_seen(v.vid, readers, for_purpose, by_profession, at);
END $$;

-- The security context of a Binary is seen (links under SECURITY_CONTEXT); a Binary is no context.
CREATE FUNCTION is_context_seen(binary_vid bigint, readers bigint[], for_purpose smallint, by_profession text, at bigint) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM link b JOIN version c ON c.ref = b.target
        WHERE b.vid = binary_vid AND b.param = -8937933170174657455 AND c.ended IS NULL AND c.body IS NOT NULL AND c.type <> 'Binary'
            AND is_seen(c.ref, readers, for_purpose, by_profession, at)
    );
END $$;

-- Worker numbers make `vid`s unique across processes.
CREATE SEQUENCE worker_number MINVALUE 0 MAXVALUE 1023 CYCLE;

-- Names and values of this store: secret of its page links, fingerprint of the search parameters its index was made with, …
CREATE TABLE setting (name text PRIMARY KEY, value text NOT NULL);

-- Conformance resources added at run time (`seve package add`), by package.
CREATE TABLE package (
    name text NOT NULL, version text NOT NULL, added timestamptz NOT NULL DEFAULT now(), resources text NOT NULL,
    PRIMARY KEY (name, version)
);

-- Long work that clients follow: bulk export and import. Who works on a task holds it, and says every few seconds that it lives;
-- a task whose holder is silent is taken over.
CREATE TABLE task (
    id       text PRIMARY KEY,
    kind     text NOT NULL,
    owner    text NOT NULL,                   -- the grant's holder: nobody else sees the task
    origin   text NOT NULL,                   -- from what the grant is made again
    state    text NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
    request  text NOT NULL,                   -- what was asked, as JSON of the kind's own
    progress text NOT NULL DEFAULT '{}',      -- how far it is, or why it failed
    holder   text NOT NULL DEFAULT '',
    attempts integer NOT NULL DEFAULT 0,
    created  timestamptz NOT NULL DEFAULT now(),
    updated  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX task_by_state ON task (state, created);

-- What a task gives to download: numbers of versions, which never change, so that no document is copied; or lines of its own.
CREATE TABLE task_output (
    task  text NOT NULL REFERENCES task ON DELETE CASCADE,
    file  integer NOT NULL,
    part  integer NOT NULL,
    role  text NOT NULL CHECK (role IN ('output', 'deleted', 'error')),
    type  text NOT NULL,
    label text NOT NULL DEFAULT '',           -- of an import: the file it came from
    count integer NOT NULL,                   -- lines
    vids  bigint[],
    lines text[],
    PRIMARY KEY (task, file, part)
);

-- Chunks of a load that are in the store already, so that a killed load goes on where it stopped; empty when none is under way.
CREATE TABLE loaded (chunk bigint PRIMARY KEY);

-- Code systems of thousands of codes (`seve terminology import`): one row a concept, numbered in the order of its system.
-- A system is never changed in place: an import makes a new number and removes the old one with its concepts.
CREATE TABLE code_system (
    number   integer PRIMARY KEY,
    url      text COLLATE "C" NOT NULL,
    version  text COLLATE "C" NOT NULL,
    header   text NOT NULL,                   -- the CodeSystem without its concepts
    size     integer NOT NULL,
    imported timestamptz NOT NULL DEFAULT now(),
    UNIQUE (url, version)
);
CREATE TABLE concept (
    number      integer PRIMARY KEY,
    system      integer NOT NULL REFERENCES code_system ON DELETE CASCADE,
    key         text COLLATE "C" NOT NULL,    -- the code as it is compared: folded where the system ignores case
    code        text COLLATE "C" NOT NULL,
    is_abstract boolean NOT NULL,
    is_active   boolean NOT NULL,
    parents     text[] NOT NULL,
    lineage     integer[] NOT NULL,           -- the concept and all that subsume it: no recursion to ask what is below
    properties  jsonb NOT NULL,               -- {"name": ["value", …]}, for filters
    names       text COLLATE "C" NOT NULL,    -- code, display and designations, folded
    trigrams    integer[] NOT NULL,
    detail      text NOT NULL                 -- CodeSystem.concept without the concepts in it
);
CREATE UNIQUE INDEX concept_by_key ON concept (system, key);
CREATE INDEX concept_in_order ON concept (system, number);
CREATE INDEX concept_by_lineage ON concept USING gin (lineage);
CREATE INDEX concept_by_property ON concept USING gin (properties jsonb_path_ops);
CREATE INDEX concept_by_trigram ON concept USING gin (trigrams);
CREATE SEQUENCE concept_number AS integer;

-- Closure tables of clients (`$closure`): their concepts, and each relation with the version that first told it.
CREATE TABLE closure (name text COLLATE "C" PRIMARY KEY, version integer NOT NULL);
CREATE TABLE closure_concept (
    name text COLLATE "C" NOT NULL REFERENCES closure ON DELETE CASCADE, system text NOT NULL, code text NOT NULL,
    PRIMARY KEY (name, system, code)
);
CREATE TABLE closure_relation (
    name text COLLATE "C" NOT NULL REFERENCES closure ON DELETE CASCADE, version integer NOT NULL,
    system text NOT NULL, code text NOT NULL, ancestor text NOT NULL
);
CREATE INDEX closure_relation_by_version ON closure_relation (name, version);

CREATE TABLE migration (number integer PRIMARY KEY, name text NOT NULL, applied timestamptz NOT NULL DEFAULT now());

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

-- The audit trail. An entry is what `content` says; every other column of it stands under the same MAC (store/audit/strands).
-- Nothing here is ever updated; rows go only by whole seals, when their time is over (store/audit/retention).
CREATE TABLE audit (
    vid     bigint PRIMARY KEY,               -- as in `version`: when, and in the order of time
    strand  bigint NOT NULL,                  -- which chain: one for each connection that may commit at once
    agent   bigint NOT NULL,                  -- value_key of who acted (0: nobody known)
    number  integer NOT NULL,                 -- from 1, without gaps within the strand
    secret  smallint NOT NULL,                -- which key made the MAC
    mac     bytea NOT NULL,                   -- HMAC-SHA256 over the previous MAC of the strand and this row
    keys    bigint[] NOT NULL,                -- patients, entities and other agents, as the trail is asked for (store/audit/acts)
    content text NOT NULL
);
CREATE UNIQUE INDEX audit_by_strand ON audit (strand, number);
CREATE INDEX audit_by_agent ON audit (agent, vid);
CREATE INDEX audit_by_key ON audit USING gin (keys) WITH (gin_pending_list_limit = 512);

-- Seals: each signs a Merkle tree of the entries since the last one, and the history of all seals before it.
CREATE TABLE audit_seal (
    number    integer PRIMARY KEY,            -- from 1, without gaps
    hash      bytea NOT NULL,                 -- of `content`, as a leaf of the tree of all seals
    signature bytea NOT NULL,                 -- Ed25519 over `content`
    peaks     bytea NOT NULL,                 -- the perfect subtrees of all seals up to this one: what the next one needs to know
    content   text NOT NULL
);

-- Which seal holds an entry, and how far each strand is sealed: what the seals say, by strand.
CREATE TABLE audit_sealed (
    strand bigint NOT NULL,
    last   integer NOT NULL,                  -- the last entry of the strand in this seal
    seal   integer NOT NULL,
    mac    bytea NOT NULL,                    -- of that entry: where the chain goes on
    PRIMARY KEY (strand, last)
);
CREATE INDEX audit_sealed_by_seal ON audit_sealed (seal);

-- What the watch over sealed entries found odd, for the officer.
CREATE TABLE audit_alert (
    id      bigint PRIMARY KEY,               -- a vid
    kind    text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,        -- what is not told twice: kind, who, whom, day
    agent   text COLLATE "C" NOT NULL,
    patient text COLLATE "C" NOT NULL,        -- empty when no single patient is meant
    reason  text NOT NULL,                    -- the figures behind it, as JSON; the sentence is in strings/
    entries bigint[] NOT NULL,                -- vids of audit entries
    state   text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'explained', 'confirmed')),
    officer text NOT NULL DEFAULT '',
    note    text NOT NULL DEFAULT '',
    changed timestamptz NOT NULL DEFAULT now(),
    UNIQUE (kind, subject)
);
CREATE INDEX audit_alert_by_state ON audit_alert (state, id);

-- How many patients' records each agent opened on each day, and how many of them at night: what is usual for them.
CREATE TABLE audit_habit (
    agent    text COLLATE "C" NOT NULL,
    day      date NOT NULL,
    role     text COLLATE "C" NOT NULL,
    patients integer NOT NULL,
    night    integer NOT NULL,
    PRIMARY KEY (agent, day)
);
CREATE INDEX audit_habit_by_role ON audit_habit (role, day);

-- Archives of all that a person sees, made by a task, until they are fetched or a day has passed: they go with their task.
CREATE TABLE archive (
    task    text PRIMARY KEY REFERENCES task ON DELETE CASCADE,
    content bytea NOT NULL                    -- a ZIP file
);

-- What was removed for good, so that copies which follow the store (the lake) let it go too. It names versions, not persons.
CREATE TABLE removal (
    xid  xid8 NOT NULL DEFAULT pg_current_xact_id(),
    vid  bigint NOT NULL,
    type text COLLATE "C" NOT NULL
);
CREATE INDEX removal_by_xid ON removal (xid);
