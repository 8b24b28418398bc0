-- name: current
-- The latest version of each resource asked for, deleted ones included.
SELECT c.ref, c.vid, c.version, c.type, c.id, c.body, c.patient, c.author, c.veil, c.kind
FROM unnest($1::bigint[]) AS wanted (ref)
CROSS JOIN LATERAL (
    SELECT ref, vid, version, type, id, body, patient, author, veil, kind FROM version WHERE ref = wanted.ref ORDER BY version DESC LIMIT 1
) AS c;

-- name: insert
-- A whole batch in one statement, so one commit: new versions, ends of the old ones, and every index row.
WITH new_versions AS (
    INSERT INTO version (vid, ref, version, patient, type, id, method, body, present, author, veil, kind)
    SELECT vid, ref, version, patient, type, id, method, body, present::bigint[], author, veil, kind
    FROM unnest(
        $1::bigint[], $2::bigint[], $3::integer[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
        $10::bigint[], $11::integer[], $12::bigint[]
    ) AS v (vid, ref, version, patient, type, id, method, body, present, author, veil, kind)
), ended_versions AS (
    UPDATE version SET ended = pg_current_xact_id() WHERE vid = ANY ($13::bigint[])
), ended_reaches AS (
    DELETE FROM reach WHERE vid = ANY ($13::bigint[])
), new_reaches AS (
    INSERT INTO reach (patient, reader, purpose, opens, lifts, since, until, vid)
    SELECT patient, reader, purpose, opens, lifts, since, until, vid
    FROM unnest(
        $34::bigint[], $35::bigint[], $36::smallint[], $37::boolean[], $38::integer[], $39::bigint[], $40::bigint[], $41::bigint[]
    ) AS r (patient, reader, purpose, opens, lifts, since, until, vid)
), entry AS MATERIALIZED (
    SELECT * FROM unnest(
        $14::bigint[], $15::bigint[], $16::text[], $17::text[], $18::text[], $19::text[], $20::text[], $21::text[],
        $22::text[], $23::text[], $24::text[], $25::text[], $26::text[], $27::text[], $28::text[]
    ) AS e (
        vid, patient, postings, link_params, link_targets, moment_keys, moment_los, moment_his,
        quantity_keys, quantity_los, quantity_his, position_keys, latitudes, longitudes, words
    )
), new_postings AS (
    INSERT INTO posting (key, vid, patient)
    SELECT r.key, e.vid, e.patient FROM entry e CROSS JOIN LATERAL unnest(e.postings::bigint[]) AS r (key)
), new_links AS (
    INSERT INTO link (param, target, vid, patient)
    SELECT r.param, r.target, e.vid, e.patient
    FROM entry e CROSS JOIN LATERAL unnest(e.link_params::bigint[], e.link_targets::bigint[]) AS r (param, target)
), new_moments AS (
    INSERT INTO moment (key, lo, hi, vid, patient)
    SELECT r.key, r.lo, r.hi, e.vid, e.patient
    FROM entry e
    CROSS JOIN LATERAL unnest(e.moment_keys::bigint[], e.moment_los::bigint[], e.moment_his::bigint[]) AS r (key, lo, hi)
), new_quantities AS (
    INSERT INTO quantity (key, lo, hi, vid, patient)
    SELECT r.key, r.lo, r.hi, e.vid, e.patient
    FROM entry e
    CROSS JOIN LATERAL unnest(e.quantity_keys::bigint[], e.quantity_los::float8[], e.quantity_his::float8[]) AS r (key, lo, hi)
), new_positions AS (
    INSERT INTO position (key, latitude, longitude, vid, patient)
    SELECT r.key, r.latitude, r.longitude, e.vid, e.patient
    FROM entry e
    CROSS JOIN LATERAL unnest(e.position_keys::bigint[], e.latitudes::float8[], e.longitudes::float8[])
        AS r (key, latitude, longitude)
), new_words AS (
    INSERT INTO words (vid, patient, words) SELECT vid, patient, words::tsvector FROM entry WHERE words <> ''
)
INSERT INTO text_value (key, value, vid, patient, trigrams)
SELECT key, value, vid, patient, trigrams::integer[]
FROM unnest($29::bigint[], $30::text[], $31::bigint[], $32::bigint[], $33::text[]) AS t (key, value, vid, patient, trigrams);

-- name: lock_times
SELECT pg_advisory_xact_lock(k) FROM unnest($1::bigint[]) AS k;
