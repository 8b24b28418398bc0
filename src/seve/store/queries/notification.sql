-- name: accounts
-- The accounts of a person, with how they want to be told; of a PractitionerRole, those of the secretaries who act for it now.
SELECT a.id, coalesce(p.language, 'fr') AS language, coalesce(p.email, '') AS email, coalesce(p.phone, '') AS phone,
    coalesce(p.quiet_from, 21) AS quiet_from, coalesce(p.quiet_until, 8) AS quiet_until
FROM account a LEFT JOIN notification_preference p ON p.account = a.id
WHERE a.blocked IS NULL AND a.id IN (
    SELECT l.account FROM account_link l WHERE l.reference = $1
    UNION SELECT d.delegate FROM delegation d
    WHERE d.role = $1 AND d.kind = 'secretary' AND d.ended IS NULL AND now() >= d.since AND now() < d.until
) ORDER BY a.id;

-- name: preference
SELECT $1::text AS id, language, email, phone, quiet_from, quiet_until FROM notification_preference WHERE account = $1;

-- name: prefer
INSERT INTO notification_preference (account, language, email, phone, quiet_from, quiet_until) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (account) DO UPDATE SET language = EXCLUDED.language, email = EXCLUDED.email, phone = EXCLUDED.phone,
    quiet_from = EXCLUDED.quiet_from, quiet_until = EXCLUDED.quiet_until;

-- name: add
INSERT INTO notification (account, template, fields) VALUES ($1, $2, $3) RETURNING id;

-- name: of_account
SELECT id, template, fields, made, seen FROM notification WHERE account = $1 ORDER BY id DESC LIMIT $2;

-- name: see
UPDATE notification SET seen = now() WHERE account = $1 AND seen IS NULL;

-- name: add_message
INSERT INTO message (notification, channel, address, language) VALUES ($1, $2, $3, $4) RETURNING id;

-- name: message
SELECT m.id, m.channel, m.address, m.language, m.state, m.reason, m.changed, n.template, n.fields
FROM message m JOIN notification n ON n.id = m.notification WHERE m.id = $1;

-- name: latest
SELECT m.id, m.channel, m.address, m.language, m.state, m.reason, m.changed, n.template, n.fields
FROM message m JOIN notification n ON n.id = m.notification ORDER BY m.id DESC LIMIT $1;

-- name: settle
UPDATE message SET state = $2, reason = $3, changed = now() WHERE id = $1;
