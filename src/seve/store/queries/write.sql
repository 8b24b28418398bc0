-- name: current
-- The latest version of each resource asked for, deleted ones included.
SELECT c.ref, c.vid, c.version, c.type, c.id, c.body
FROM unnest($1::bigint[]) AS wanted (ref)
CROSS JOIN LATERAL (
    SELECT ref, vid, version, type, id, body FROM version WHERE ref = wanted.ref ORDER BY version DESC LIMIT 1
) AS c;

-- name: insert
-- A whole batch in one statement, so one commit: new versions, ends of the old ones, and every index row.
WITH new_versions AS (
    INSERT INTO version (vid, ref, version, patient, type, id, method, body)
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::integer[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[])
), ended_versions AS (
    UPDATE version SET ended = pg_current_xact_id() WHERE vid = ANY ($9::bigint[])
), new_postings AS (
    INSERT INTO posting (key, vid, patient) SELECT * FROM unnest($10::bigint[], $11::bigint[], $12::bigint[])
), new_links AS (
    INSERT INTO link (param, target, vid, patient) SELECT * FROM unnest($13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[])
), new_moments AS (
    INSERT INTO moment (key, lo, hi, vid, patient)
    SELECT * FROM unnest($17::bigint[], $18::bigint[], $19::bigint[], $20::bigint[], $21::bigint[])
), new_quantities AS (
    INSERT INTO quantity (key, lo, hi, vid, patient)
    SELECT * FROM unnest($22::bigint[], $23::float8[], $24::float8[], $25::bigint[], $26::bigint[])
), new_positions AS (
    INSERT INTO position (key, latitude, longitude, vid, patient)
    SELECT * FROM unnest($27::bigint[], $28::float8[], $29::float8[], $30::bigint[], $31::bigint[])
), new_texts AS (
    INSERT INTO text_value (key, value, vid, patient, trigrams)
    SELECT key, value, vid, patient, trigrams::integer[]
    FROM unnest($32::bigint[], $33::text[], $34::bigint[], $35::bigint[], $36::text[]) AS t (key, value, vid, patient, trigrams)
)
INSERT INTO words (vid, patient, narrative, content)
SELECT vid, patient,
    to_tsvector('french', narrative) || to_tsvector('english', narrative),
    to_tsvector('french', content) || to_tsvector('english', content)
FROM unnest($37::bigint[], $38::bigint[], $39::text[], $40::text[]) AS w (vid, patient, narrative, content);
