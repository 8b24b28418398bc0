-- name: insert
-- The rows of one strand. Also a part of other statements (store/audit/rows), so it begins its parameters at $1 and has no WITH.
INSERT INTO audit (vid, strand, agent, number, secret, mac, keys, content)
SELECT a.vid, $1::bigint, a.agent, $2::integer + a.place::integer, $3::smallint, a.mac, a.keys::bigint[], a.content
FROM unnest($4::bigint[], $5::bigint[], $6::bytea[], $7::text[], $8::text[]) WITH ORDINALITY
    AS a (vid, agent, mac, keys, content, place);

-- name: last_seal
SELECT number, hash, signature, peaks, content FROM audit_seal ORDER BY number DESC LIMIT 1;

-- name: last_number
SELECT coalesce(max(number), 0) FROM audit_seal;

-- name: seal
SELECT number, hash, signature, peaks, content FROM audit_seal WHERE number = $1;

-- name: seals
-- Seals from $1 on, in order.
SELECT number, hash, signature, peaks, content FROM audit_seal WHERE number >= $1 ORDER BY number;

-- name: seal_hashes
-- The leaves of the history before seal $1.
SELECT hash FROM audit_seal WHERE number < $1 ORDER BY number;

-- name: add_seal
INSERT INTO audit_seal (number, hash, signature, peaks, content) VALUES ($1, $2, $3, $4, $5);

-- name: add_sealed
INSERT INTO audit_sealed (strand, last, seal, mac)
SELECT s.strand, s.last, $1, s.mac FROM unnest($2::bigint[], $3::integer[], $4::bytea[]) AS s (strand, last, mac);

-- name: sealed_by
SELECT seal, strand, last, mac FROM audit_sealed WHERE seal BETWEEN $1 AND $2 ORDER BY seal, strand, last;

-- name: sealed_count
SELECT count(*) FROM audit_sealed;

-- name: heads
-- The strands that began after $1, by leaps through the index, each with its sealed head where it has one.
WITH RECURSIVE found AS (
    SELECT min(strand) AS strand FROM audit WHERE strand > $1
    UNION ALL
    SELECT (SELECT min(strand) FROM audit WHERE strand > found.strand) FROM found WHERE found.strand IS NOT NULL
)
SELECT found.strand, coalesce(s.last, 0) AS last, s.mac
FROM found
LEFT JOIN LATERAL (SELECT last, mac FROM audit_sealed WHERE strand = found.strand ORDER BY last DESC LIMIT 1) AS s ON true
WHERE found.strand IS NOT NULL;

-- name: unsealed
-- At most $3 entries of each strand after its sealed head, and $4 in all.
SELECT a.*
FROM unnest($1::bigint[], $2::integer[]) AS s (strand, last)
CROSS JOIN LATERAL (
    SELECT vid, strand, agent, number, secret, mac, keys::text AS keys, content
    FROM audit WHERE strand = s.strand AND number > s.last ORDER BY number LIMIT $3
) AS a
ORDER BY a.strand, a.number LIMIT $4;

-- name: ranges
-- The entries of seals, from what these say of each strand: after $3, up to $4. `place` is the seal's.
SELECT s.place, a.*
FROM unnest($1::integer[], $2::bigint[], $3::integer[], $4::integer[]) AS s (place, strand, before, last)
CROSS JOIN LATERAL (
    SELECT vid, strand, agent, number, secret, mac, keys::text AS keys, content
    FROM audit WHERE strand = s.strand AND number > s.before AND number <= s.last
) AS a
ORDER BY s.place, a.strand, a.number, a.vid;

-- name: strands
-- Every strand with its number of entries up to the head given for it ($2; 0 where none is), and its number of later ones.
SELECT a.strand, count(*) FILTER (WHERE a.number <= coalesce(s.last, 0)) AS sealed, min(a.number) AS first
FROM audit a LEFT JOIN unnest($1::bigint[], $2::integer[]) AS s (strand, last) ON s.strand = a.strand
GROUP BY a.strand ORDER BY a.strand;

-- name: tail
SELECT vid, strand, agent, number, secret, mac, keys::text AS keys, content
FROM audit WHERE strand = $1 AND number > $2 ORDER BY number, vid;

-- name: outside
-- An entry of a strand that stands where no seal has one: before $2 (the first that the seals have), or twice.
SELECT vid, strand, agent, number, secret, mac, keys::text AS keys, content
FROM audit a WHERE strand = $1 AND (number < $2 OR EXISTS (
    SELECT FROM audit b WHERE b.strand = a.strand AND b.number = a.number AND b.vid < a.vid)) AND number <= $3
ORDER BY number LIMIT 1;

-- name: count
SELECT count(*) FROM audit;

-- name: entry
SELECT vid, strand, agent, number, secret, mac, keys::text AS keys, content FROM audit WHERE vid = $1;

-- name: seal_of
-- The seal of an entry: the first of its strand that reaches so far.
SELECT seal FROM audit_sealed WHERE strand = $1 AND last >= $2 ORDER BY last LIMIT 1;

-- name: purge
-- Takes all entries of each strand up to the one given.
DELETE FROM audit a USING unnest($1::bigint[], $2::integer[]) AS s (strand, last) WHERE a.strand = s.strand AND a.number <= s.last;

-- name: purge_index
-- What the seals up to $1 said of each strand, but for the last word on it: there its chain goes on.
DELETE FROM audit_sealed a WHERE seal <= $1 AND EXISTS (SELECT FROM audit_sealed b WHERE b.strand = a.strand AND b.last > a.last);

-- name: first_held
-- The first seal of which the last entry of a strand is still there.
SELECT s.seal FROM audit_sealed s WHERE EXISTS (SELECT FROM audit a WHERE a.strand = s.strand AND a.number = s.last)
ORDER BY s.seal LIMIT 1;

-- name: seals_between
SELECT number, hash, signature, peaks, content FROM audit_seal WHERE number BETWEEN $1 AND $2 ORDER BY number;

-- name: trail_by_key
-- The newest $5 entries from $2 to before $3 that have one of the keys, but for those by the agents $6. The set is made first: a person's
-- entries are few among all.
WITH found AS MATERIALIZED (
    SELECT vid, content FROM audit WHERE keys && $1 AND vid >= $2 AND vid < $3 AND agent <> ALL ($6::bigint[])
)
SELECT vid, content FROM found
WHERE $4::bigint IS NULL OR EXISTS (SELECT FROM session s WHERE s.key = $4 AND s.ended IS NULL AND s.expires > now())
ORDER BY vid DESC LIMIT $5;

-- name: trail_by_agent
-- The same of some agents ($1), and of those who acted in their name or by their application ($6).
WITH own AS MATERIALIZED (
    SELECT e.vid, e.content
    FROM unnest($1::bigint[]) AS a (agent)
    CROSS JOIN LATERAL (
        SELECT vid, content FROM audit WHERE agent = a.agent AND vid >= $2 AND vid < $3 ORDER BY vid DESC LIMIT $5
    ) AS e
), others AS MATERIALIZED (
    SELECT vid, content FROM audit WHERE keys && $6 AND vid >= $2 AND vid < $3
), found AS (
    SELECT vid, content FROM own UNION SELECT vid, content FROM others
)
SELECT vid, content FROM found
WHERE $4::bigint IS NULL OR EXISTS (SELECT FROM session s WHERE s.key = $4 AND s.ended IS NULL AND s.expires > now())
ORDER BY vid DESC LIMIT $5;

-- name: trail_by_time
SELECT vid, content FROM audit
WHERE vid >= $1 AND vid < $2
    AND ($3::bigint IS NULL OR EXISTS (SELECT FROM session s WHERE s.key = $3 AND s.ended IS NULL AND s.expires > now()))
ORDER BY vid DESC LIMIT $4;

-- name: references
-- What keys stand for, as far as it was ever stored.
SELECT f.ref, f.type, f.id
FROM unnest($1::bigint[]) AS wanted (ref)
CROSS JOIN LATERAL (SELECT ref, type, id FROM version WHERE ref = wanted.ref ORDER BY version LIMIT 1) AS f;

-- name: period
-- The entries from $1 to before $2 that seal $3 or an earlier one holds, in the order of time.
SELECT a.vid, a.content FROM audit a
WHERE a.vid >= $1 AND a.vid < $2
    AND a.number <= (SELECT s.last FROM audit_sealed s WHERE s.strand = a.strand AND s.seal <= $3 ORDER BY s.last DESC LIMIT 1)
ORDER BY a.vid;

-- name: period_since
-- Those of them that no seal up to $4 holds: of each later seal, what it added to its strands.
SELECT a.vid, a.content
FROM audit_sealed s
CROSS JOIN LATERAL (SELECT coalesce(max(b.last), 0) AS last FROM audit_sealed b WHERE b.strand = s.strand AND b.last < s.last) AS before
JOIN audit a ON a.strand = s.strand AND a.number > before.last AND a.number <= s.last
WHERE s.seal > $4 AND s.seal <= $3 AND a.vid >= $1 AND a.vid < $2
ORDER BY a.vid;

-- name: bodies
-- The current documents of what was stored under keys.
SELECT f.ref, f.body
FROM unnest($1::bigint[]) AS wanted (ref)
CROSS JOIN LATERAL (SELECT ref, body FROM version WHERE ref = wanted.ref ORDER BY version DESC LIMIT 1) AS f
WHERE f.body IS NOT NULL;

-- name: of_team
-- Which of the pairs (reader, patient) stand in a care team or the like at a time ($3, microseconds).
SELECT p.reader, p.patient FROM unnest($1::bigint[], $2::bigint[]) AS p (reader, patient)
WHERE EXISTS (
    SELECT FROM reach r WHERE r.patient = p.patient AND r.opens AND r.since <= $3 AND r.until > $3
        AND (r.reader = p.reader OR r.reader IN (  -- the role itself, or the person or house that it names
            SELECT l.target FROM version v JOIN link l ON l.vid = v.vid WHERE v.ref = p.reader AND v.ended IS NULL
        ))
);

-- name: keep_habits
INSERT INTO audit_habit (agent, day, role, patients, night)
SELECT h.agent, $1, h.role, h.patients, h.night
FROM unnest($2::text[], $3::text[], $4::integer[], $5::integer[]) AS h (agent, role, patients, night)
ON CONFLICT (agent, day) DO UPDATE SET role = excluded.role, patients = excluded.patients, night = excluded.night;

-- name: own_habits
SELECT agent, array_agg(patients) AS patients, count(*) FILTER (WHERE night > 0) AS nights
FROM audit_habit WHERE agent = ANY ($1::text[]) AND day >= $2 AND day < $3 GROUP BY agent;

-- name: peer_habits
SELECT role, percentile_cont(0.5) WITHIN GROUP (ORDER BY patients) AS median
FROM audit_habit WHERE role = ANY ($1::text[]) AND day >= $2 AND day < $3 GROUP BY role;

-- name: raise_alert
-- An alert that is open follows the figures; one that an officer settled stays as it is.
INSERT INTO audit_alert (id, kind, subject, agent, patient, reason, entries) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (kind, subject) DO UPDATE SET reason = excluded.reason, entries = excluded.entries, changed = now()
WHERE audit_alert.state = 'open' AND audit_alert.reason <> excluded.reason
RETURNING id;

-- name: alerts
SELECT id, kind, agent, patient, reason, entries, state, officer, note, changed FROM audit_alert
WHERE ($1::text IS NULL OR state = $1) AND id < $2
    AND ($3::bigint IS NULL OR EXISTS (SELECT FROM session s WHERE s.key = $3 AND s.ended IS NULL AND s.expires > now()))
ORDER BY id DESC LIMIT $4;

-- name: settle_alert
UPDATE audit_alert SET state = $2, officer = $3, note = $4, changed = now()
WHERE id = $1
    AND ($5::bigint IS NULL OR EXISTS (SELECT FROM session s WHERE s.key = $5 AND s.ended IS NULL AND s.expires > now()))
RETURNING id;
