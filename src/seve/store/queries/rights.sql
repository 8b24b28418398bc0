-- name: reaching
-- Who reaches a patient, now or later, who is shut out, and the resource or emergency that says so; for who sees the patient.
SELECT r.purpose, r.opens, r.lifts, r.since, r.until, v.type, v.id, v.body, who.type AS who_type, who.id AS who_id, r.reader, e.reason
FROM version p JOIN reach r ON r.patient = p.ref
LEFT JOIN version v ON v.vid = r.vid
LEFT JOIN emergency e ON e.vid = r.vid
LEFT JOIN LATERAL (SELECT w.type, w.id FROM version w WHERE w.ref = r.reader AND w.ended IS NULL LIMIT 1) AS who ON true
WHERE p.ref = $1 AND p.ended IS NULL AND p.body IS NOT NULL AND r.until > $2
    AND (
        NOT r.opens OR who.type NOT IN ('Practitioner', 'PractitionerRole', 'Patient', 'RelatedPerson')
        OR EXISTS (SELECT FROM reach s WHERE s.reader = r.reader AND s.patient = 0 AND s.until > $2) -- struck off: sees nothing
    ) /* seen: p */
ORDER BY r.vid DESC LIMIT $3;

-- name: latest_task
-- The newest task of a kind that an owner asked for.
SELECT id FROM task WHERE owner = $1 AND kind = $2 ORDER BY created DESC LIMIT 1;

-- name: keep_archive
-- Of a task that is still its holder's.
INSERT INTO archive (task, content) SELECT id, $3 FROM task WHERE id = $1 AND holder = $2
ON CONFLICT (task) DO UPDATE SET content = excluded.content;

-- name: archive
SELECT a.content FROM archive a JOIN task t ON t.id = a.task
WHERE t.id = $1 AND t.owner = $2 AND t.state = 'done'
    AND ($3::bigint IS NULL OR EXISTS (SELECT FROM session s WHERE s.key = $3 AND s.ended IS NULL AND s.expires > now()));

-- name: replaced
-- Versions of some types ('*': any of a patient's) that a later one replaced before $2.
SELECT v.vid, v.patient FROM version v JOIN version n ON n.ref = v.ref AND n.version = v.version + 1
WHERE v.ended IS NOT NULL AND n.vid < $2 AND (v.type = ANY ($1::text[]) OR '*' = ANY ($1::text[]) AND v.patient <> 0)
ORDER BY v.vid LIMIT $3;

-- name: deleted
-- Every version of what was deleted before $2, the deletion too.
SELECT o.vid, o.patient FROM version v JOIN version o ON o.ref = v.ref
WHERE v.ended IS NULL AND v.body IS NULL AND v.vid < $2
    AND (v.type = ANY ($1::text[]) OR '*' = ANY ($1::text[]) AND EXISTS (
        SELECT FROM version b WHERE b.ref = v.ref AND b.patient <> 0))
ORDER BY o.vid LIMIT $3;

-- name: unused
-- Every version of the records in which nothing was written since $2; open requests of the person hold them back.
SELECT o.vid, o.patient FROM version p JOIN version o ON o.patient = p.ref
WHERE p.type = 'Patient' AND p.ended IS NULL AND p.vid < $2 AND ('*' = ANY ($1::text[]) OR o.type = ANY ($1::text[]))
    AND NOT EXISTS (SELECT FROM version l WHERE l.patient = p.ref AND l.vid >= $2)
    AND NOT EXISTS (
        SELECT FROM version t WHERE t.patient = p.ref AND t.type = 'Task' AND t.ended IS NULL AND t.body LIKE '%urn:seve:rights%'
            AND t.body LIKE '%"status":"requested"%')
ORDER BY o.vid LIMIT $3;

-- name: deceased
-- The same of those who died before the day of $2.
SELECT o.vid, o.patient FROM version p JOIN version o ON o.patient = p.ref
WHERE p.type = 'Patient' AND p.ended IS NULL AND p.body IS NOT NULL AND ('*' = ANY ($1::text[]) OR o.type = ANY ($1::text[]))
    AND (p.body::jsonb ->> 'deceasedDateTime') < $4
    AND NOT EXISTS (SELECT FROM version l WHERE l.patient = p.ref AND l.vid >= $2)
ORDER BY o.vid LIMIT $3;

-- name: remove
-- Versions with all that hangs on them.
WITH gone AS (SELECT unnest($1::bigint[]) AS vid),
    postings AS (DELETE FROM posting x USING gone WHERE x.vid = gone.vid),
    links AS (DELETE FROM link x USING gone WHERE x.vid = gone.vid),
    texts AS (DELETE FROM text_value x USING gone WHERE x.vid = gone.vid),
    moments AS (DELETE FROM moment x USING gone WHERE x.vid = gone.vid),
    quantities AS (DELETE FROM quantity x USING gone WHERE x.vid = gone.vid),
    positions AS (DELETE FROM position x USING gone WHERE x.vid = gone.vid),
    lexemes AS (DELETE FROM words x USING gone WHERE x.vid = gone.vid),
    reaches AS (DELETE FROM reach x USING gone WHERE x.vid = gone.vid),
    versions AS (DELETE FROM version v USING gone WHERE v.vid = gone.vid RETURNING v.vid, v.type)
INSERT INTO removal (vid, type) SELECT vid, type FROM versions RETURNING type;
