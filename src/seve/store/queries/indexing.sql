-- name: patient
-- A patient as it stands, whoever may see it: what is told of it outside is the reason of a refusal.
SELECT v.body FROM version v WHERE v.ref = $1 AND v.type = 'Patient' AND v.ended IS NULL;

-- name: consents
-- The Consents in force of a patient.
SELECT v.body FROM link k JOIN version v ON v.vid = k.vid
WHERE k.param = $1 AND k.target = $2 AND v.type = 'Consent' AND v.ended IS NULL AND v.body IS NOT NULL;
