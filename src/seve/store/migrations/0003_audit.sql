
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
