-- Rooms: who is in a conversation or in a waiting line right now, across server processes. Names are those of records, never of
-- people. What is here is of the moment: it need not outlive a crash of PostgreSQL, so that writing it costs no log.
CREATE UNLOGGED TABLE presence (
    room   text COLLATE "C" NOT NULL,        -- "teleconsultation:call/9"
    member text COLLATE "C" NOT NULL,
    since  timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen   timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (room, member)
);
CREATE INDEX presence_by_seen ON presence (seen);
