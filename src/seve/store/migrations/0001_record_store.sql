-- The record store. One row a version of a resource; index rows hang on the version (`vid`), never on the resource:
-- an update adds rows and ends the old version, so that a reader pinned to an earlier snapshot still finds what it saw.
-- Every row of a person's data carries `patient`, the key of its patient compartment (0: none): the distribution key on Citus.
-- The indexes that searches scan include it, so that what is out of a reader's reach falls without a look at its version.

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
CREATE INDEX version_by_type ON version (type, vid) INCLUDE (patient);
CREATE INDEX version_of_nobody ON version (type, vid) WHERE patient = 0;

-- Equality: tokens, uris, exact strings, presence, composites of tokens. key = hash(parameter) xor hash(value).
CREATE TABLE posting (key bigint NOT NULL, vid bigint NOT NULL, patient bigint NOT NULL);
CREATE INDEX posting_by_key ON posting (key, vid) INCLUDE (patient);

-- References: `target` is the `ref` of what is pointed to, whether or not it exists here.
CREATE TABLE link (param bigint NOT NULL, target bigint NOT NULL, vid bigint NOT NULL, patient bigint NOT NULL);
CREATE INDEX link_by_target ON link (param, target, vid) INCLUDE (patient);
CREATE INDEX link_by_vid ON link (vid, param, target);

-- Folded strings for prefix search, `:contains` by trigrams, and sort.
CREATE TABLE text_value (
    key bigint NOT NULL, value text COLLATE "C" NOT NULL, vid bigint NOT NULL, patient bigint NOT NULL,
    trigrams integer[]                        -- NULL where only prefixes are searched
);
CREATE INDEX text_value_by_key ON text_value (key, value, vid) INCLUDE (patient);
CREATE INDEX text_value_by_vid ON text_value (vid, key, value);
CREATE INDEX text_value_trigrams ON text_value USING gin (trigrams) WITH (gin_pending_list_limit = 512); -- kB: what each search reads through

-- Dates as half-open ranges of microseconds; numbers and quantities as ranges. Wide ranges stand under a key of their own.
CREATE TABLE moment (key bigint NOT NULL, lo bigint NOT NULL, hi bigint NOT NULL, vid bigint NOT NULL, patient bigint NOT NULL);
CREATE INDEX moment_by_key ON moment (key, lo, hi, vid) INCLUDE (patient);
CREATE INDEX moment_by_vid ON moment (vid, key, lo, hi);

CREATE TABLE quantity (
    key bigint NOT NULL, lo double precision NOT NULL, hi double precision NOT NULL, vid bigint NOT NULL, patient bigint NOT NULL
);
CREATE INDEX quantity_by_key ON quantity (key, lo, hi, vid) INCLUDE (patient);
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
CREATE INDEX reach_by_reader ON reach (reader, patient) INCLUDE (opens);
CREATE INDEX reach_by_vid ON reach (vid);

-- About whom a role wrote, or was written to: it sees that even when it reaches the patient no more. A pair may stand here twice.
CREATE TABLE authored (author bigint NOT NULL, patient bigint NOT NULL);
CREATE INDEX authored_by_author ON authored (author, patient);

CREATE FUNCTION note_author() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM authored a WHERE a.author = NEW.author AND a.patient = NEW.patient) THEN
        INSERT INTO authored (author, patient) VALUES (NEW.author, NEW.patient);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER note_author AFTER INSERT OR UPDATE OF patient ON version
    FOR EACH ROW WHEN (NEW.author <> 0 AND NEW.patient <> 0) EXECUTE FUNCTION note_author();

-- Links under ADDRESSED (fhir/search/keys).
CREATE FUNCTION note_addressees() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO authored (author, patient)
    SELECT DISTINCT l.target, NEW.patient FROM link l
    WHERE l.vid = NEW.vid AND l.param = -126642083888183970
        AND NOT EXISTS (SELECT FROM authored a WHERE a.author = l.target AND a.patient = NEW.patient);
    RETURN NULL;
END $$;
CREATE TRIGGER note_addressees AFTER INSERT ON version
    FOR EACH ROW WHEN (NEW.patient <> 0 AND NEW.type IN ('Appointment', 'Communication')) EXECUTE FUNCTION note_addressees();

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

-- Every patient that a version is about is reached (links under ABOUT, fhir/search/keys). A document of an organisation's own file (a
-- link under KEPT) is for who acts for it, and, for a patient's own purpose (3), for the patient's side.
CREATE FUNCTION are_all_reached(version_vid bigint, veil integer, readers bigint[], for_purpose smallint, at bigint) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN NOT EXISTS (
        SELECT FROM link a WHERE a.vid = version_vid AND a.param = 898282439043734545
            AND NOT is_reached(a.target, veil, readers, for_purpose, at)
    ) AND (
        for_purpose = 3 OR NOT EXISTS (
            SELECT FROM link k WHERE k.vid = version_vid AND k.param = -2091490244571678780 AND k.target <> ALL (readers)
        )
    );
END $$;

-- One of the readers is whom an Appointment or a Communication is for (links under ADDRESSED).
CREATE FUNCTION is_addressed(version_vid bigint, readers bigint[]) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM link a WHERE a.vid = version_vid AND a.param = -126642083888183970 AND a.target = ANY (readers));
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
    ELSIF v.patient = 0 AND v.veil = 0 OR v.author = ANY (readers)
        OR v.type IN ('Appointment', 'Communication') AND is_addressed(v.vid, readers)
    THEN
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
