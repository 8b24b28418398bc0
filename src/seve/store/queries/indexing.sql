-- name: patient
-- A patient as it stands, whoever may see it: what is told of it outside is the reason of a refusal.
SELECT v.body FROM version v WHERE v.ref = $1 AND v.type = 'Patient' AND v.ended IS NULL;
