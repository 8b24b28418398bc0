-- name: latest
SELECT vid, version, method, body FROM version
WHERE ref = $1 AND type = $2 AND id = $3 ORDER BY version DESC LIMIT 1;

-- name: exact
SELECT vid, version, method, body FROM version
WHERE ref = $1 AND version = $2 AND type = $3 AND id = $4;

-- name: several
-- The current documents behind references, for includes.
SELECT vid, type, id, version, body FROM version
WHERE ref = ANY ($1::bigint[]) AND ended IS NULL AND body IS NOT NULL;

-- name: pointing
-- The current documents of a type ($4 empty: any) that point to any of the targets by any of the parameters ($1 empty: any).
SELECT DISTINCT v.vid, v.type, v.id, v.version, v.body
FROM link l JOIN version v ON v.vid = l.vid
WHERE l.target = ANY ($2::bigint[]) AND l.param = ANY ($1::bigint[])
    AND ($3 = '' OR v.type = $3) AND v.ended IS NULL AND v.body IS NOT NULL
ORDER BY v.vid DESC LIMIT $4;

-- name: history_of_instance
-- Versions with a vid in [$4, $5); those already replaced at $6 (0: any) are left out, which answers `_at`.
SELECT vid, type, id, version, method, body FROM version v
WHERE ref = $1 AND type = $2 AND id = $3 AND vid >= $4 AND vid < $5
    AND ($6::bigint = 0 OR NOT EXISTS (SELECT 1 FROM version n WHERE n.ref = v.ref AND n.version = v.version + 1 AND n.vid < $6))
ORDER BY version DESC LIMIT $7;

-- name: history_of_type
SELECT vid, type, id, version, method, body FROM version v
WHERE type = $1 AND vid >= $2 AND vid < $3
    AND ($4::bigint = 0 OR NOT EXISTS (SELECT 1 FROM version n WHERE n.ref = v.ref AND n.version = v.version + 1 AND n.vid < $4))
ORDER BY vid DESC LIMIT $5;

-- name: history_of_system
SELECT vid, type, id, version, method, body FROM version v
WHERE vid >= $1 AND vid < $2
    AND ($3::bigint = 0 OR NOT EXISTS (SELECT 1 FROM version n WHERE n.ref = v.ref AND n.version = v.version + 1 AND n.vid < $3))
ORDER BY vid DESC LIMIT $4;

-- name: counts_by_type
SELECT type, count(*) AS number FROM version WHERE ended IS NULL AND body IS NOT NULL GROUP BY type ORDER BY type;

-- name: labels
-- The distinct profiles, security labels and tags in use, of a type or of all ('').
SELECT DISTINCT jsonb_strip_nulls(jsonb_build_object('profile', m -> 'profile', 'security', m -> 'security', 'tag', m -> 'tag'))::text
    AS meta
FROM (SELECT body::jsonb -> 'meta' AS m FROM version WHERE ended IS NULL AND body IS NOT NULL AND ($1 = '' OR type = $1)) AS v;
