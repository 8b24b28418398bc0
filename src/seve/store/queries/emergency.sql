-- name: is_shut
-- Whether the patient shut the reader out, from care or from emergencies.
SELECT EXISTS (
    SELECT FROM reach r
    WHERE r.patient = $1 AND r.reader = ANY ($2::bigint[]) AND NOT r.opens AND r.purpose IN (1, 2) AND r.since <= $3 AND r.until > $3
);

-- name: open
WITH told AS (
    INSERT INTO emergency (vid, patient, role, person, organization, reason, until)
    VALUES ($1, $2, $3, $4, $5, $6, to_timestamp($7::bigint / 1000000.0))
)
INSERT INTO reach (patient, reader, purpose, opens, lifts, since, until, vid) VALUES ($8, $9, 2, true, $10, 0, $7, $1);

-- name: close
-- Ends an access before its time.
DELETE FROM reach WHERE vid = $1;

-- name: review
UPDATE emergency SET state = $2, officer = $3, note = $4, reviewed = now() WHERE vid = $1 AND state = 'open' RETURNING role;

-- name: patient_of
SELECT patient FROM emergency WHERE vid = $1;

-- name: queue
-- What waits for the officer, the oldest first; or everything of a patient ($2), the newest first.
SELECT vid, patient, role, person, organization, reason, opened, until, state, officer, note, reviewed FROM emergency
WHERE ($1 = '' OR state = $1) AND ($2 = '' OR patient = $2)
ORDER BY CASE WHEN $2 = '' THEN vid ELSE -vid END LIMIT $3;
