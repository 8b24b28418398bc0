-- name: token
-- What tells this store from another and from itself before a backup came back (dump.forget_cluster).
INSERT INTO setting (name, value) VALUES ('feed', $1) ON CONFLICT (name) DO UPDATE SET value = setting.value RETURNING value;

-- name: next_transaction
SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint;

-- name: oldest_transaction
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint;

-- name: count
SELECT count(*) FROM version WHERE vid > $1 AND vid <= $2;

-- name: window
-- Where a window after $1 ends, of at most $3 versions and $4 bytes as they are stored (one version may be more); NULL when there are
-- no more until $2.
SELECT max(vid) FROM (
    SELECT vid, sum(size) OVER (ORDER BY vid) - size AS before FROM (
        SELECT vid, coalesce(pg_column_size(body), 0) AS size FROM version WHERE vid > $1 AND vid <= $2 ORDER BY vid LIMIT $3
    ) AS sizes
) AS w WHERE before < $4;

-- name: changes
-- What stood at $3 among the versions in ($1, $2] of transactions in [$4, $5); `follows`: an earlier version is up to $6.
SELECT v.type, v.id, v.vid, v.version, v.patient, v.body,
    EXISTS (SELECT FROM version p WHERE p.ref = v.ref AND p.version < v.version AND p.vid <= $6) AS follows
FROM version v
WHERE v.vid > $1 AND v.vid <= $2 AND v.xid >= $4::text::xid8 AND v.xid < $5::text::xid8 AND (
    v.ended IS NULL OR NOT EXISTS (
        SELECT FROM version n WHERE n.ref = v.ref AND n.version = v.version + 1 AND n.vid <= $3 AND n.xid < $5::text::xid8))
ORDER BY v.vid;

-- name: removals
SELECT vid, type FROM removal WHERE xid >= $1::text::xid8 AND xid < $2::text::xid8;

-- name: begin
INSERT INTO follower (name, xid, vid) VALUES ($1, '0', -1) ON CONFLICT (name) DO UPDATE SET name = EXCLUDED.name
RETURNING xid::text::bigint AS xid, vid;

-- name: place
SELECT xid::text::bigint AS xid, vid FROM follower WHERE name = $1;

-- name: go_on
UPDATE follower SET xid = $2::text::xid8, vid = $3 WHERE name = $1;

-- name: arrivals
-- Versions of some types after a place, of transactions before $3 (which have all ended), with those that they replace.
SELECT v.xid::text::bigint AS xid, v.vid, v.ref, v.version, v.type, v.id, v.patient, v.body IS NULL AS is_deletion,
    p.vid AS before, p.body IS NOT NULL AS replaces, coalesce(p.xid >= $3::text::xid8, false) AS is_early
FROM version v LEFT JOIN version p ON v.version > 1 AND p.ref = v.ref AND p.version = v.version - 1
WHERE (v.xid, v.vid) > ($1::text::xid8, $2::bigint) AND v.xid < $3::text::xid8 AND v.type = ANY ($4::text[])
ORDER BY v.xid, v.vid LIMIT $5;
