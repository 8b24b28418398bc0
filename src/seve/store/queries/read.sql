-- name: latest
SELECT v.vid, v.version, v.method, v.body, v.patient FROM version v
WHERE v.ref = $1 AND v.type = $2 AND v.id = $3 AND v.ended IS NULL /* seen: v */ ORDER BY v.version DESC LIMIT 1;

-- name: shared
-- The latest version of each resource asked for, deleted ones included, that the grant at place $2 among those beside it sees.
WITH q AS MATERIALIZED (
    SELECT * FROM (
        SELECT place, session, standing::bigint[] AS standing, readers::bigint[] AS readers, purpose, profession
        FROM unnest($3::bigint[], $4::text[], $5::text[], $6::smallint[], $7::text[]) WITH ORDINALITY
            AS given (session, standing, readers, purpose, profession, place)
    ) AS q WHERE /* in force */
)
SELECT asked.place, v.type, v.id, v.vid, v.version, v.body, v.patient
FROM unnest($1::bigint[], $2::integer[]) WITH ORDINALITY AS asked (ref, of, place)
JOIN q ON q.place = asked.of
CROSS JOIN LATERAL (SELECT * FROM version WHERE ref = asked.ref ORDER BY version DESC LIMIT 1) AS v
WHERE v.ended IS NULL /* rule */;

-- name: exact
SELECT v.vid, v.version, v.method, v.body, v.patient FROM version v
WHERE v.ref = $1 AND v.version = $2 AND v.type = $3 AND v.id = $4 /* seen: v */;

-- name: several
-- The current documents behind references, for includes.
SELECT v.vid, v.type, v.id, v.version, v.body, v.patient FROM version v
WHERE v.ref = ANY ($1::bigint[]) AND v.ended IS NULL AND v.body IS NOT NULL /* seen: v */;

-- name: pointing
-- The current documents of a type ($4 empty: any) that point to any of the targets by any of the parameters ($1 empty: any).
SELECT DISTINCT v.vid, v.type, v.id, v.version, v.body, v.patient
FROM link l JOIN version v ON v.vid = l.vid
WHERE l.target = ANY ($2::bigint[]) AND l.param = ANY ($1::bigint[])
    AND ($3 = '' OR v.type = $3) AND v.ended IS NULL AND v.body IS NOT NULL /* seen: v */
ORDER BY v.vid DESC LIMIT $4;

-- name: history_of_instance
-- Versions with a vid in [$4, $5); those already replaced at $6 (0: any) are left out, which answers `_at`.
SELECT vid, type, id, version, method, body, patient FROM version v
WHERE ref = $1 AND type = $2 AND id = $3 AND vid >= $4 AND vid < $5
    AND ($6::bigint = 0 OR NOT EXISTS (SELECT 1 FROM version n WHERE n.ref = v.ref AND n.version = v.version + 1 AND n.vid < $6))
    /* seen: v */
ORDER BY version DESC LIMIT $7;

-- name: history_of_type
SELECT vid, type, id, version, method, body, patient FROM version v
WHERE type = $1 AND vid >= $2 AND vid < $3
    AND ($4::bigint = 0 OR NOT EXISTS (SELECT 1 FROM version n WHERE n.ref = v.ref AND n.version = v.version + 1 AND n.vid < $4))
    /* seen: v */
ORDER BY vid DESC LIMIT $5;

-- name: history_of_system
SELECT vid, type, id, version, method, body, patient FROM version v
WHERE vid >= $1 AND vid < $2
    AND ($3::bigint = 0 OR NOT EXISTS (SELECT 1 FROM version n WHERE n.ref = v.ref AND n.version = v.version + 1 AND n.vid < $3))
    /* seen: v */
ORDER BY vid DESC LIMIT $4;

-- name: counts_by_type
SELECT v.type, count(*) AS number FROM version v
WHERE v.ended IS NULL AND v.body IS NOT NULL /* seen: v */ GROUP BY v.type ORDER BY v.type;

-- name: labels
-- The distinct profiles, security labels and tags in use, of a type or of all ('').
SELECT DISTINCT jsonb_strip_nulls(jsonb_build_object('profile', m -> 'profile', 'security', m -> 'security', 'tag', m -> 'tag'))::text
    AS meta
FROM (
    SELECT v.body::jsonb -> 'meta' AS m FROM version v
    WHERE v.ended IS NULL AND v.body IS NOT NULL AND ($1 = '' OR v.type = $1) /* seen: v */
) AS labelled;

-- name: pointing_at
-- The documents in force of a type that point at a resource by a parameter.
SELECT v.body FROM link k JOIN version v ON v.vid = k.vid
WHERE k.param = $2 AND k.target = $3 AND v.type = $1 AND v.ended IS NULL AND v.body IS NOT NULL;

-- name: is_author
-- Whether who acts as a reference created a resource (keys of both): an update keeps who created it.
SELECT EXISTS (SELECT FROM version v WHERE v.ref = $1 AND v.ended IS NULL AND v.author = $2);
