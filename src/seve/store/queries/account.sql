-- name: add
INSERT INTO account (id, login, name, officer, demo) VALUES ($1, $2, $3, $4, $5);

-- name: by_id
SELECT id, login, name, officer, demo, blocked FROM account WHERE id = $1;

-- name: by_login
SELECT id, login, name, officer, demo, blocked FROM account WHERE login = $1;

-- name: by_identity
SELECT a.id, a.login, a.name, a.officer, a.demo, a.blocked FROM identity i JOIN account a ON a.id = i.account
WHERE i.issuer = $1 AND i.subject = $2;

-- name: by_reference
SELECT a.id, a.login, a.name, a.officer, a.demo, a.blocked FROM account_link l JOIN account a ON a.id = l.account
WHERE l.reference = $1 ORDER BY a.id;

-- name: demo
SELECT id, login, name, officer, demo, blocked FROM account WHERE demo ORDER BY id;

-- name: add_identity
INSERT INTO identity (issuer, subject, account) VALUES ($1, $2, $3);

-- name: identities
SELECT issuer, subject FROM identity WHERE account = $1 ORDER BY created;

-- name: link
INSERT INTO account_link (account, reference) VALUES ($1, $2) ON CONFLICT DO NOTHING;

-- name: links
SELECT reference FROM account_link WHERE account = $1 ORDER BY reference;

-- name: block
-- With the sessions, and the delegations that the account gave with those held through them.
WITH gone AS (UPDATE account SET blocked = now() WHERE id = $1 AND blocked IS NULL RETURNING id),
    given AS (UPDATE delegation SET ended = now() WHERE ended IS NULL AND delegator IN (SELECT id FROM gone) RETURNING key),
    sessions AS (
        UPDATE session SET ended = now()
        WHERE ended IS NULL AND (account IN (SELECT id FROM gone) OR delegation IN (SELECT key FROM given)) RETURNING key
    )
SELECT id FROM gone;

-- name: tell
INSERT INTO account_event (account, what, by, device) VALUES ($1, $2, $3, $4);

-- name: told
SELECT e.what, e.by, b.name AS by_name, e.device, e.at FROM account_event e LEFT JOIN account b ON b.id = e.by
WHERE e.account = $1 ORDER BY e.at DESC, e.key DESC LIMIT $2;

-- name: practices
-- The current documents of a type that point to one resource by one parameter, and those with given references.
SELECT v.body FROM version v
WHERE v.ended IS NULL AND v.body IS NOT NULL
    AND (v.ref = ANY ($3::bigint[]) OR v.vid IN (SELECT vid FROM link WHERE param = $1 AND target = $2))
ORDER BY v.vid;

-- name: documents
SELECT v.body FROM version v WHERE v.ref = ANY ($1::bigint[]) AND v.ended IS NULL AND v.body IS NOT NULL;

-- name: setting
SELECT value FROM setting WHERE name = $1;

-- name: by_identifier
SELECT v.id FROM posting p JOIN version v ON v.vid = p.vid
WHERE p.key = $1 AND v.type = $2 AND v.ended IS NULL AND v.body IS NOT NULL LIMIT 2;
