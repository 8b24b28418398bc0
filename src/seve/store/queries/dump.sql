-- name: types
SELECT DISTINCT type FROM version WHERE body IS NOT NULL AND ($1 OR ended IS NULL) ORDER BY type;

-- name: count
SELECT count(*) FROM version WHERE type = ANY ($1::text[]) AND body IS NOT NULL AND ($2 OR ended IS NULL);

-- name: bodies
SELECT body FROM version WHERE type = $1 AND body IS NOT NULL AND ($2 OR ended IS NULL) ORDER BY vid;

-- name: new_cluster
-- Transaction ids of another cluster mean nothing here: every version was written, and every ended one ended, long ago.
ALTER TABLE version
    ALTER COLUMN xid TYPE xid8 USING '3'::xid8,
    ALTER COLUMN ended TYPE xid8 USING CASE WHEN ended IS NOT NULL THEN '3'::xid8 END;

-- name: new_cluster_of_removals
ALTER TABLE removal ALTER COLUMN xid TYPE xid8 USING '3'::xid8;

-- name: new_cluster_of_followers
-- Transactions of another cluster say nothing here: who follows goes on with what commits from now on.
WITH followers AS (DELETE FROM follower)
UPDATE subscription SET since = pg_snapshot_xmin(pg_current_snapshot()) WHERE since IS NOT NULL;

-- name: forget_cluster
DELETE FROM setting WHERE name IN ('page_secret', 'horizon', 'reindex', 'feed');

-- name: end_sessions
-- What was revoked since the backup must not come back with it: everybody signs in again, every application asks again.
WITH ended AS (UPDATE session SET ended = now() WHERE ended IS NULL),
    forgotten AS (DELETE FROM authorization_code)
DELETE FROM refresh_token;
