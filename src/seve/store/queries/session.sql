-- name: open
INSERT INTO session (
    token, account, kind, role, person, organization, profession, related, delegated_by, purpose, client, scopes, patient,
    application_grant, delegation, csrf, methods, idle_seconds, expires, until, device, proven
) VALUES (
    $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
    now() + make_interval(secs => $19), now() + make_interval(secs => $20), $21,
    now() - make_interval(secs => $22)
)
RETURNING key;

-- name: find
-- The session of a token, when it is in force. A delegate's delegation, a token's grant and the account are looked at again.
SELECT s.*, extract(epoch FROM s.expires - now())::float8 AS seconds, extract(epoch FROM now() - s.proven)::float8 AS proven_seconds,
    s.kind = 'machine' AND EXISTS (SELECT FROM client c WHERE c.id = s.client AND c.reaches_all) AS reaches_all
FROM session s JOIN account a ON a.id = s.account AND a.blocked IS NULL
WHERE s.token = $1 AND s.ended IS NULL AND s.expires > now()
    AND (s.delegation IS NULL OR EXISTS (
        SELECT 1 FROM delegation d WHERE d.key = s.delegation AND d.ended IS NULL AND now() >= d.since AND now() < d.until))
    AND (s.application_grant IS NULL OR EXISTS (
        SELECT 1 FROM application_grant g WHERE g.key = s.application_grant AND g.ended IS NULL AND g.until > now()
            AND (g.session IS NULL OR EXISTS (SELECT 1 FROM session o WHERE o.key = g.session AND o.ended IS NULL AND o.expires > now()))))
    AND (s.client = '' OR EXISTS (SELECT 1 FROM client c WHERE c.id = s.client AND c.state = 'approved'));

-- name: slide
-- Use moves the end of an idle-limited session, at most once a minute.
UPDATE session SET expires = least(until, now() + make_interval(secs => idle_seconds)), used = now()
WHERE key = $1 AND ended IS NULL AND expires > now() AND idle_seconds > 0 AND used < now() - interval '1 minute';

-- name: end
-- One session, with the tokens that were to end with it.
WITH one AS (UPDATE session SET ended = now() WHERE account = $1 AND key = $2 AND ended IS NULL RETURNING key),
    grants AS (UPDATE application_grant SET ended = now(), why = 'session' WHERE session IN (SELECT key FROM one) AND ended IS NULL RETURNING key),
    tokens AS (UPDATE session SET ended = now() WHERE ended IS NULL AND application_grant IN (SELECT key FROM grants) RETURNING key)
SELECT key FROM one;

-- name: end_all
-- Every session of an account but one (0: none is kept), with what ends with them.
WITH gone AS (UPDATE session SET ended = now() WHERE account = $1 AND key <> $2 AND client = '' AND ended IS NULL RETURNING key),
    grants AS (UPDATE application_grant SET ended = now(), why = 'session' WHERE session IN (SELECT key FROM gone) AND ended IS NULL RETURNING key),
    tokens AS (UPDATE session SET ended = now() WHERE ended IS NULL AND application_grant IN (SELECT key FROM grants) RETURNING key)
SELECT count(*) FROM gone;

-- name: list
SELECT key, kind, role, organization, methods, device, created, used, expires FROM session
WHERE account = $1 AND client = '' AND ended IS NULL AND expires > now() ORDER BY used DESC;

-- name: end_by_token
UPDATE session SET ended = now() WHERE token = $1 AND client = $2 AND ended IS NULL RETURNING key;

-- name: add_delegation
INSERT INTO delegation (delegator, delegate, role, kind, since, until) VALUES ($1, $2, $3, $4, $5, $6) RETURNING key;

-- name: end_delegation
-- By either side; the sessions held through it end with it.
WITH gone AS (
    UPDATE delegation SET ended = now() WHERE key = $1 AND $2 IN (delegator, delegate) AND ended IS NULL RETURNING key, delegator, delegate
), sessions AS (UPDATE session SET ended = now() WHERE ended IS NULL AND delegation IN (SELECT key FROM gone) RETURNING key)
SELECT delegator, delegate FROM gone;

-- name: delegations
-- Those that an account gave or has, in force or to come, the latest first.
SELECT d.key, d.delegator, d.delegate, d.role, d.kind, d.since, d.until, d.ended, o.name AS delegator_name, e.name AS delegate_name,
    d.ended IS NULL AND now() >= d.since AND now() < d.until AS is_in_force
FROM delegation d JOIN account o ON o.id = d.delegator JOIN account e ON e.id = d.delegate
WHERE $1 IN (d.delegator, d.delegate) ORDER BY d.key DESC LIMIT 100;
