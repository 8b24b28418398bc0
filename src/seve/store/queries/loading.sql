-- name: claim
-- Nothing comes back when the chunk is in the store already; waits for another process that is writing it.
INSERT INTO loaded (chunk) VALUES ($1) ON CONFLICT DO NOTHING RETURNING chunk;

-- name: loaded
SELECT chunk FROM loaded;

-- name: is_under_way
SELECT EXISTS (SELECT FROM loaded);

-- name: forget
DELETE FROM loaded;

-- name: end_versions
WITH ended_reaches AS (DELETE FROM reach WHERE vid = ANY ($1::bigint[]))
UPDATE version SET ended = pg_current_xact_id() WHERE vid = ANY ($1::bigint[]);

-- name: is_empty
SELECT NOT EXISTS (SELECT FROM version);

-- name: secondary_indexes
-- What can be dropped and made again: every index of the index tables and of `version` that holds no constraint.
SELECT i.relname AS name, pg_get_indexdef(x.indexrelid) AS definition, pg_relation_size(x.indrelid) AS bytes
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
WHERE t.relname = ANY ($1::text[]) AND t.relnamespace = current_schema()::regnamespace AND NOT x.indisunique
ORDER BY i.relname;

-- name: set
INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- name: get
SELECT value FROM setting WHERE name = $1;

-- name: unset
DELETE FROM setting WHERE name = $1;
