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
