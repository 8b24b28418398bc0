-- name: add
INSERT INTO credential (id, account, kind, label, secret, counter, expires) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: of
SELECT id, account, kind, label, secret, counter, created, used FROM credential
WHERE account = $1 AND kind = ANY ($2::text[]) AND (expires IS NULL OR expires > now()) ORDER BY created, id;

-- name: by_id
SELECT id, account, kind, label, secret, counter, created, used FROM credential WHERE id = $1 AND kind = 'passkey';

-- name: advance
-- Taken once: a counter only rises. A passkey that counts no signatures stays at zero.
UPDATE credential SET counter = $2, used = now()
WHERE id = $1 AND ($2 > counter OR ($2 = 0 AND counter = 0 AND kind = 'passkey')) RETURNING id;

-- name: spend
-- A one-time code: taken once, by who comes first.
DELETE FROM credential WHERE account = $1 AND kind = $2 AND secret = $3 AND (expires IS NULL OR expires > now()) RETURNING id;

-- name: remove
DELETE FROM credential WHERE account = $1 AND id = $2 AND kind IN ('passkey', 'totp') RETURNING kind;

-- name: remove_kind
DELETE FROM credential WHERE account = $1 AND kind = $2;

-- name: rehash
UPDATE credential SET secret = $2 WHERE id = $1;

-- name: attempt
SELECT extract(epoch FROM closed_until - now())::float8 AS closed_seconds FROM attempt WHERE key = ANY ($1::bytea[]);

-- name: fail
-- Failures are forgotten after a day without any. The delay doubles from the fourth; from the tenth the door stays closed longer.
INSERT INTO attempt AS a (key, failures, last, closed_until) SELECT unnest($1::bytea[]), 1, now(), now()
ON CONFLICT (key) DO UPDATE SET
    failures = CASE WHEN a.last < now() - interval '1 day' THEN 1 ELSE a.failures + 1 END,
    last = now(),
    closed_until = now() + CASE
        WHEN a.last < now() - interval '1 day' OR a.failures + 1 < $2 THEN interval '0'
        WHEN a.failures + 1 >= $3 THEN make_interval(secs => $4)
        ELSE make_interval(secs => power(2, a.failures + 1 - $2)) END;

-- name: forgive
DELETE FROM attempt WHERE key = $1;

-- name: put_ceremony
INSERT INTO ceremony (token, kind, data, expires) VALUES ($1, $2, $3, now() + make_interval(secs => $4));

-- name: see_ceremony
SELECT data FROM ceremony WHERE token = $1 AND kind = $2 AND expires > now();

-- name: take_ceremony
DELETE FROM ceremony WHERE token = $1 AND kind = $2 AND expires > now() RETURNING data;

-- name: sweep
-- What expired: at once when nothing refers to it, tokens after a day, web sessions after thirty.
WITH a AS (DELETE FROM ceremony WHERE expires < now()),
    b AS (DELETE FROM assertion WHERE expires < now()),
    c AS (DELETE FROM authorization_code WHERE expires < now() - interval '1 day'),
    d AS (DELETE FROM refresh_token WHERE expires < now() - interval '1 day'),
    e AS (DELETE FROM credential WHERE expires < now()),
    f AS (DELETE FROM session WHERE (client <> '' AND expires < now() - interval '1 day') OR expires < now() - interval '30 days')
DELETE FROM attempt WHERE last < now() - interval '2 days';
