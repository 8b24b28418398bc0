-- Notifications: what people were told, and how they want to be. No health data: templates hold names of places and moments.
CREATE TABLE notification_preference (
    account     text COLLATE "C" PRIMARY KEY REFERENCES account ON DELETE CASCADE,
    language    text NOT NULL CHECK (language IN ('fr', 'en')),
    email       text NOT NULL DEFAULT '',     -- '': not by e-mail
    phone       text NOT NULL DEFAULT '',     -- '': not by SMS
    quiet_from  smallint NOT NULL DEFAULT 21 CHECK (quiet_from BETWEEN 0 AND 23),
    quiet_until smallint NOT NULL DEFAULT 8 CHECK (quiet_until BETWEEN 0 AND 23)
);

CREATE TABLE notification (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account  text COLLATE "C" NOT NULL REFERENCES account ON DELETE CASCADE,
    template text NOT NULL,
    fields   text NOT NULL,                   -- JSON: of the kinds that its template declares
    made     timestamptz NOT NULL DEFAULT now(),
    seen     timestamptz
);
CREATE INDEX notification_by_account ON notification (account, id);

-- The same on its way elsewhere: one row a channel. What it says is made when it is sent.
CREATE TABLE message (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    notification bigint NOT NULL REFERENCES notification ON DELETE CASCADE,
    channel      text NOT NULL CHECK (channel IN ('email', 'sms', 'push')),
    address      text NOT NULL,               -- of 'push': the device's number
    language     text NOT NULL,
    state        text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'failed')),
    reason       text NOT NULL DEFAULT '',
    changed      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX message_by_notification ON message (notification);

-- Browsers that asked to be told by web push. What is sent is sealed for `key` and `auth` (RFC 8291).
CREATE TABLE device (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account  text COLLATE "C" NOT NULL REFERENCES account ON DELETE CASCADE,
    endpoint text COLLATE "C" NOT NULL UNIQUE,
    key      bytea NOT NULL,
    auth     bytea NOT NULL,
    since    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX device_by_account ON device (account, id);
