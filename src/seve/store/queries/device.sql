-- name: keep
-- A browser has one subscription, and whoever asked last is told by it.
WITH kept AS (
    INSERT INTO device (account, endpoint, key, auth) VALUES ($1, $2, $3, $4)
    ON CONFLICT (endpoint) DO UPDATE SET account = EXCLUDED.account, key = EXCLUDED.key, auth = EXCLUDED.auth, since = now()
    RETURNING id
)
DELETE FROM device WHERE id IN (
    SELECT d.id FROM device d WHERE d.account = $1 AND d.endpoint <> $2 ORDER BY d.id DESC OFFSET $5 - 1
) AND EXISTS (SELECT FROM kept);

-- name: of_account
SELECT id, account, endpoint, key, auth, since FROM device WHERE account = $1 ORDER BY id;

-- name: device
SELECT id, account, endpoint, key, auth, since FROM device WHERE id = $1;

-- name: forget
DELETE FROM device WHERE account = $1 AND id = $2;
