
-- What was removed for good, so that copies which follow the store (the lake) let it go too. It names versions, not persons.
CREATE TABLE removal (
    xid  xid8 NOT NULL DEFAULT pg_current_xact_id(),
    vid  bigint NOT NULL,
    type text COLLATE "C" NOT NULL
);
CREATE INDEX removal_by_xid ON removal (xid);
