-- name: put
-- A subscription as it was asked for; one that is changed keeps its secret, its numbers and what waits. One that was off hears
-- of nothing that was meanwhile.
INSERT INTO subscription AS s (id, channel, status, topic, filters, content, endpoint, secret, heartbeat, timeout, most, ends, owner, origin, application_grant, since)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::text::timestamptz, $13, $14,
    (SELECT application_grant FROM session WHERE key = $15),
    CASE WHEN $3 = 'active' THEN pg_snapshot_xmin(pg_current_snapshot()) END)
ON CONFLICT (id) DO UPDATE SET channel = EXCLUDED.channel, status = EXCLUDED.status, topic = EXCLUDED.topic,
    filters = EXCLUDED.filters, content = EXCLUDED.content, endpoint = EXCLUDED.endpoint, heartbeat = EXCLUDED.heartbeat,
    timeout = EXCLUDED.timeout, most = EXCLUDED.most, ends = EXCLUDED.ends, owner = EXCLUDED.owner, origin = EXCLUDED.origin,
    application_grant = EXCLUDED.application_grant, failures = 0, reason = '', due = now(), changed = now(),
    since = CASE WHEN s.status = 'off' OR s.since IS NULL THEN EXCLUDED.since ELSE s.since END
RETURNING xmax = 0 AS is_new;

-- name: follow
-- A handler in process: hears from the first time it is known, with what waits for it since.
INSERT INTO subscription AS s (id, channel, status, topic, filters, content, endpoint, heartbeat, timeout, most, owner, origin, since)
VALUES ($1, 'process', 'active', $2, '{}', 'full-resource', '', 0, 0, $3, $1, '', pg_snapshot_xmin(pg_current_snapshot()))
ON CONFLICT (id) DO UPDATE SET status = 'active', topic = EXCLUDED.topic, most = EXCLUDED.most, failures = 0, reason = '', due = now()
WHERE s.channel = 'process';

-- name: remove
DELETE FROM subscription WHERE id = $1;

-- name: read
SELECT * FROM subscription WHERE id = ANY ($1::text[]) ORDER BY id;

-- name: of_owner
SELECT * FROM subscription WHERE owner = $1 AND channel <> 'process' ORDER BY id;

-- name: listening
-- Those that events are routed to; who is in error hears of them once it is resumed.
SELECT id, topic, filters, since::text::bigint AS since FROM subscription WHERE since IS NOT NULL AND status <> 'off' ORDER BY id;

-- name: due
-- Those of some channels that have something to be sent now: a handshake, what waits, a heartbeat, or their end.
SELECT * FROM subscription s
WHERE channel = ANY ($1::text[]) AND due <= now() AND (
    status = 'requested'
    OR status = 'active' AND (
        ends <= now() OR heartbeat > 0 AND spoke < now() - make_interval(secs => heartbeat)
        OR EXISTS (SELECT FROM event e WHERE e.subscription = s.id AND e.sent IS NULL)));

-- name: settle
-- A new status, unless the subscription was changed meanwhile.
UPDATE subscription SET status = $2, reason = $3, failures = 0, due = now(), changed = now(),
    since = CASE WHEN $2 = 'active' THEN coalesce(since, pg_snapshot_xmin(pg_current_snapshot())) ELSE since END
WHERE id = $1 AND changed = $4 RETURNING id;

-- name: spoke
UPDATE subscription SET spoke = now(), failures = 0, due = now() WHERE id = $1;

-- name: failed
UPDATE subscription SET failures = failures + 1, reason = $2, due = now() + make_interval(secs => $3) WHERE id = $1;

-- name: bind
-- What the connection before did not take is due to this one at once.
UPDATE subscription SET holder = $2, failures = 0, due = now() WHERE id = $1 AND channel = 'websocket';

-- name: holds
-- Whoever made it is not blocked, nor is their application, and what they granted to it is in force.
SELECT NOT EXISTS (SELECT FROM account WHERE id = $2 AND blocked IS NOT NULL)
    AND NOT EXISTS (SELECT FROM client WHERE id = $3 AND state <> 'approved')
    AND NOT EXISTS (
        SELECT FROM subscription s JOIN application_grant g ON g.key = s.application_grant
        WHERE s.id = $1 AND (g.ended IS NOT NULL OR g.until <= now()));

-- name: add_events
INSERT INTO event (subscription, vid) SELECT * FROM unnest($1::text[], $2::bigint[]);

-- name: tell_events
SELECT pg_notify('event', '');

-- name: waiting
SELECT place, vid, number FROM event WHERE subscription = $1 AND sent IS NULL ORDER BY place LIMIT $2;

-- name: visible
-- The versions that a grant sees; for what was deleted, its trait of whose it was decides.
SELECT v.vid, v.type, v.id, v.version, v.method, v.body, v.patient FROM version v WHERE v.vid = ANY ($1::bigint[]) /* seen: v */;

-- name: number
-- Numbers for what is about to leave, and the count of all.
WITH given AS (
    UPDATE event e SET number = n.number, sent = CASE WHEN n.number = 0 THEN now() END
    FROM unnest($2::bigint[], $3::bigint[]) AS n (place, number) WHERE e.place = n.place
)
UPDATE subscription SET events = $4 WHERE id = $1;

-- name: sent
WITH gone AS (UPDATE event SET sent = now() WHERE place = ANY ($2::bigint[]))
UPDATE subscription SET spoke = now(), failures = 0, reason = '', due = now() WHERE id = $1;

-- name: numbered
SELECT vid, number FROM event WHERE subscription = $1 AND number >= $2 AND number <= $3 AND number > 0 ORDER BY number LIMIT $4;

-- name: give_up
-- Who has been in error for so long that what waits is about to be forgotten hears of nothing more.
UPDATE subscription SET status = 'off', changed = now()
WHERE channel <> 'process' AND status = 'error' AND changed < now() - make_interval(secs => $1) RETURNING id;

-- name: purge
-- Events that were sent that long ago, or that nobody will ask for.
DELETE FROM event e USING subscription s
WHERE s.id = e.subscription AND e.made < now() - make_interval(secs => $1) AND (e.sent IS NOT NULL OR s.status = 'off');

-- name: links
SELECT vid, param, target FROM link WHERE vid = ANY ($1::bigint[]);

-- name: postings
SELECT p.key, p.vid FROM unnest($1::bigint[]) AS k (key) CROSS JOIN unnest($2::bigint[]) AS w (vid)
JOIN posting p ON p.key = k.key AND p.vid = w.vid;
