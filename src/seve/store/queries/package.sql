-- name: put
INSERT INTO package (name, version, resources) VALUES ($1, $2, $3)
ON CONFLICT (name, version) DO UPDATE SET added = now(), resources = excluded.resources;

-- name: list
SELECT name, version, added, length(resources) AS characters FROM package ORDER BY added, name, version;

-- name: remove
DELETE FROM package WHERE name = $1 AND ($2 = '' OR version = $2) RETURNING version;

-- name: all
SELECT resources FROM package ORDER BY added, name, version;
