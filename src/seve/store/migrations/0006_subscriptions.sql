-- Events: who wants to hear of what changes (store/subscriptions).

-- The order of commits, for whoever follows the feed change by change.
CREATE INDEX version_by_xid ON version (xid, vid);

-- How far each follower of the feed has come: everything up to this place is seen.
CREATE TABLE follower (
    name text COLLATE "C" PRIMARY KEY,
    xid  xid8 NOT NULL,
    vid  bigint NOT NULL
);

CREATE TABLE subscription (
    id        text COLLATE "C" PRIMARY KEY,   -- of the Subscription; `solution/topic` for a handler in process
    channel   text NOT NULL CHECK (channel IN ('rest-hook', 'websocket', 'process')),
    status    text NOT NULL CHECK (status IN ('requested', 'active', 'error', 'off')),
    topic     text NOT NULL,                  -- canonical
    filters   text[] NOT NULL,
    content   text NOT NULL CHECK (content IN ('empty', 'id-only', 'full-resource')),
    endpoint  text NOT NULL,
    secret    bytea,                          -- sealed, to sign calls with
    heartbeat integer NOT NULL,               -- seconds; 0: none
    timeout   integer NOT NULL,               -- seconds
    most      integer NOT NULL,               -- events in one notification
    ends      timestamptz,
    owner     text NOT NULL,                  -- in whose name: as of a task
    origin    text NOT NULL,
    application_grant bigint,                 -- of who made it through an application: must be in force
    since     xid8,                           -- hears of transactions from this one on; NULL: of none yet
    holder    text NOT NULL DEFAULT '',       -- of a websocket: who was bound last
    events    bigint NOT NULL DEFAULT 0,      -- numbers given so far
    failures  integer NOT NULL DEFAULT 0,     -- in a row
    reason    text NOT NULL DEFAULT '',       -- of an error
    due       timestamptz NOT NULL DEFAULT now(), -- when to try again
    spoke     timestamptz NOT NULL DEFAULT now(), -- when something was last sent
    changed   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX subscription_listens ON subscription (id) WHERE since IS NOT NULL AND status <> 'off';

-- What each subscription is to hear of, in order, and what it heard.
CREATE TABLE event (
    place        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subscription text COLLATE "C" NOT NULL REFERENCES subscription ON DELETE CASCADE,
    vid          bigint NOT NULL,
    number       bigint,                      -- given when it is about to leave; 0: withheld, the owner may not see it
    sent         timestamptz,
    made         timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX event_waiting ON event (subscription, place) WHERE sent IS NULL;
CREATE INDEX event_by_number ON event (subscription, number) WHERE number > 0;
CREATE INDEX event_by_age ON event (made);

-- A commit wakes who routes events, if anybody wants to hear of any.
CREATE FUNCTION tell_of_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM subscription WHERE since IS NOT NULL AND status <> 'off') THEN
        PERFORM pg_notify('change', '');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER version_is_told AFTER INSERT ON version FOR EACH STATEMENT EXECUTE FUNCTION tell_of_change();
