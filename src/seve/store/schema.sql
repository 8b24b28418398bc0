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
