-- name: add
INSERT INTO task (id, kind, owner, origin, state, request) VALUES ($1, $2, $3, $4, 'queued', $5);

-- name: claim
-- The oldest task that waits, or whose holder has been silent for $2 seconds.
UPDATE task SET state = 'running', holder = $1, attempts = attempts + 1, updated = now()
WHERE id = (
    SELECT id FROM task
    WHERE state = 'queued' OR (state = 'running' AND updated < now() - make_interval(secs => $2))
    ORDER BY created FOR UPDATE SKIP LOCKED LIMIT 1
)
RETURNING id, kind, owner, origin, state, request, progress, attempts, extract(epoch FROM created)::float8 AS created;

-- name: beat
UPDATE task SET updated = now() WHERE id = $1 AND holder = $2 AND state = 'running' RETURNING id;

-- name: advance
UPDATE task SET progress = $3, updated = now() WHERE id = $1 AND holder = $2 AND state = 'running' RETURNING id;

-- name: end
UPDATE task SET state = $3, progress = $4, updated = now() WHERE id = $1 AND holder = $2 AND state = 'running';

-- name: release
UPDATE task SET state = 'queued', holder = '', attempts = attempts - 1, updated = now() WHERE id = $1 AND holder = $2 AND state = 'running';

-- name: read
SELECT id, kind, owner, origin, state, request, progress, attempts, extract(epoch FROM created)::float8 AS created
FROM task WHERE id = $1 AND owner = $2;

-- name: remove
DELETE FROM task WHERE id = $1 AND owner = $2 RETURNING id;

-- name: purge
DELETE FROM task WHERE state IN ('done', 'failed') AND updated < now() - make_interval(secs => $1);

-- name: add_output
INSERT INTO task_output (task, file, part, role, type, label, count, vids, lines)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: files
SELECT file, role, type, label, sum(count)::bigint AS count FROM task_output
WHERE task = $1 GROUP BY file, role, type, label ORDER BY file;

-- name: part
-- The next part of a file after $3.
SELECT part, role, type, vids, lines FROM task_output WHERE task = $1 AND file = $2 AND part > $3 ORDER BY part LIMIT 1;

-- name: documents
SELECT body FROM version WHERE vid = ANY ($1::bigint[]) AND body IS NOT NULL ORDER BY vid;

-- name: identities
SELECT type, id, method FROM version WHERE vid = ANY ($1::bigint[]) ORDER BY vid;

-- name: window
-- Where a window of $4 versions of a type after $2 ends; NULL when there are no more until $3.
SELECT max(vid) FROM (SELECT vid FROM version WHERE type = $1 AND vid > $2 AND vid <= $3 ORDER BY vid LIMIT $4) AS w;

-- name: deletions
-- Deletions in ($2, $3] that nothing has undone until $4, with what they deleted.
SELECT v.vid, p.body FROM version v JOIN version p ON p.ref = v.ref AND p.version = v.version - 1
WHERE v.type = $1 AND v.vid > $2 AND v.vid <= $3 AND v.body IS NULL
    AND NOT EXISTS (SELECT 1 FROM version n WHERE n.ref = v.ref AND n.version = v.version + 1 AND n.vid <= $4)
    /* seen: v */
ORDER BY v.vid;

-- name: next_transaction
-- Every transaction that is under way has a number before this one.
SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint;

-- name: oldest_transaction
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
