-- name: batch
-- The next versions in order of time; `is_gone` when they ended before the horizon, so that no page shows them any more.
SELECT vid, ref, version, type, id, method, body, author, ended IS NOT NULL OR body IS NULL AS is_gone FROM version
WHERE vid > $1 AND ($2 = '' OR type = $2) AND (ended IS NULL OR ended < $3::text::xid8)
ORDER BY vid LIMIT $4;

-- name: count
SELECT count(*) FROM version WHERE $1 = '' OR type = $1;

-- name: oldest_running
-- Every transaction before this one is over.
SELECT pg_snapshot_xmin(pg_current_snapshot())::text;

-- name: update_versions
UPDATE version v SET present = f.present, patient = f.patient, veil = f.veil, kind = f.kind FROM fresh_version f
WHERE v.vid = f.vid AND (
    (v.patient, v.veil, v.kind) <> (f.patient, f.veil, f.kind) OR NOT (v.present @> f.present AND v.present <@ f.present)
);

-- name: lock_reaches
-- Every write touches this table: those under way end first, and the next ones begin after this transaction.
LOCK TABLE reach IN SHARE ROW EXCLUSIVE MODE;

-- name: delete_reaches
DELETE FROM reach WHERE vid = ANY ($1::bigint[]);

-- name: insert_reaches
INSERT INTO reach (patient, reader, purpose, opens, lifts, since, until, vid)
SELECT f.patient, f.reader, f.purpose, f.opens, f.lifts, f.since, f.until, f.vid
FROM fresh_reach f JOIN version v ON v.vid = f.vid WHERE v.ended IS NULL;

-- name: is_posting_index_broken
SELECT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('posting_by_vid') AND NOT indisvalid);

-- name: drop_posting_index
DROP INDEX CONCURRENTLY IF EXISTS posting_by_vid;

-- name: make_posting_index
CREATE INDEX CONCURRENTLY IF NOT EXISTS posting_by_vid ON posting (vid);
