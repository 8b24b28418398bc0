-- name: add_client
INSERT INTO client (
    id, name, state, method, secret, jwks, jwks_uri, grant_types, redirect_uris, launch_uri, scopes, purpose, owner, account, role,
    organization
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16);

-- name: client
SELECT * FROM client WHERE id = $1;

-- name: clients
SELECT * FROM client WHERE state = ANY ($1::text[]) ORDER BY created DESC LIMIT 500;

-- name: decide
UPDATE client SET state = $2, decided = now(), decided_by = $3, reaches_all = $4 WHERE id = $1 RETURNING id;

-- name: silence
-- What an application that is no longer approved holds ends at once.
UPDATE session SET ended = now() WHERE client = $1 AND ended IS NULL;

-- name: act_as
UPDATE client SET account = $2 WHERE id = $1;

-- name: add_grant
INSERT INTO application_grant (account, client, scopes, purpose, patient, principal, session, until)
VALUES ($1, $2, $3, $4, $5, $6, $7, now() + make_interval(secs => $8)) RETURNING key;

-- name: grant
SELECT * FROM application_grant WHERE key = $1 AND ended IS NULL AND until > now()
    AND (session IS NULL OR EXISTS (SELECT 1 FROM session o WHERE o.key = application_grant.session AND o.ended IS NULL AND o.expires > now()));

-- name: grants
SELECT g.key, g.client, c.name, c.owner, g.scopes, g.purpose, g.patient, g.since, g.until
FROM application_grant g JOIN client c ON c.id = g.client
WHERE g.account = $1 AND g.ended IS NULL AND g.until > now()
    AND (g.session IS NULL OR EXISTS (SELECT 1 FROM session o WHERE o.key = g.session AND o.ended IS NULL AND o.expires > now()))
ORDER BY g.since DESC;

-- name: end_grant
WITH gone AS (UPDATE application_grant SET ended = now(), why = $2 WHERE key = $1 AND ended IS NULL RETURNING key)
UPDATE session SET ended = now() WHERE application_grant = $1 AND ended IS NULL;

-- name: withdraw
WITH gone AS (
    UPDATE application_grant SET ended = now(), why = 'withdrawn' WHERE key = $1 AND account = $2 AND ended IS NULL RETURNING key
), tokens AS (UPDATE session SET ended = now() WHERE ended IS NULL AND application_grant IN (SELECT key FROM gone) RETURNING key)
SELECT key FROM gone;

-- name: add_code
INSERT INTO authorization_code (token, client, application_grant, redirect_uri, challenge, data, expires)
VALUES ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7));

-- name: use_code
-- Marks it used. A second use finds `was_used` true; the row lock makes the two take turns.
WITH before AS (SELECT token, used FROM authorization_code WHERE token = $1 FOR UPDATE)
UPDATE authorization_code c SET used = coalesce(c.used, now()) FROM before b WHERE c.token = b.token
RETURNING c.client, c.application_grant, c.redirect_uri, c.challenge, c.data, b.used IS NOT NULL AS was_used, c.expires > now() AS is_fresh;

-- name: add_refresh
INSERT INTO refresh_token (token, client, application_grant, scopes, expires, data)
VALUES ($1, $2, $3, $4, now() + make_interval(secs => $5), $6);

-- name: use_refresh
WITH before AS (SELECT token, used FROM refresh_token WHERE token = $1 FOR UPDATE)
UPDATE refresh_token r SET used = coalesce(r.used, now()) FROM before b WHERE r.token = b.token
RETURNING r.client, r.application_grant, r.scopes, r.data, b.used IS NOT NULL AS was_used, r.expires > now() AS is_fresh;

-- name: see_refresh
SELECT r.client, r.application_grant, r.scopes, extract(epoch FROM r.expires)::bigint AS expires FROM refresh_token r
JOIN application_grant g ON g.key = r.application_grant AND g.ended IS NULL AND g.until > now()
WHERE r.token = $1 AND r.used IS NULL AND r.expires > now()
    AND (g.session IS NULL OR EXISTS (SELECT 1 FROM session o WHERE o.key = g.session AND o.ended IS NULL AND o.expires > now()));

-- name: take_assertion
INSERT INTO assertion (client, jti, expires) VALUES ($1, $2, to_timestamp($3)) ON CONFLICT DO NOTHING RETURNING jti;
