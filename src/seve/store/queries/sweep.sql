-- name: batch
-- Versions that were replaced by those with a vid in ($1, $2), in the order of their successors.
SELECT n.vid AS successor, v.vid, v.body, v.ended::text::bigint AS ended
FROM version n JOIN version v ON v.ref = n.ref AND v.version = n.version - 1
WHERE n.vid > $1 AND n.vid < $2 AND n.version > 1 AND v.ended IS NOT NULL
ORDER BY n.vid LIMIT $3;

-- name: raise_horizon
INSERT INTO setting AS s (name, value) VALUES ('horizon', $1::bigint::text)
ON CONFLICT (name) DO UPDATE SET value = greatest(s.value::bigint, excluded.value::bigint)::text;

-- name: horizon
SELECT value::bigint FROM setting WHERE name = 'horizon';

-- name: delete_postings
DELETE FROM posting p USING unnest($1::bigint[], $2::bigint[]) AS gone (key, vid)
WHERE p.key = gone.key AND p.vid = gone.vid;
