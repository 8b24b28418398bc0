-- name: code_systems
-- The versions of a code system: those with a name before a nameless one, then the one imported last.
SELECT number, url, version, header, size FROM code_system
WHERE url = $1 AND ($2 = '' OR version = $2) ORDER BY version = '', imported DESC, number DESC;

-- name: lineages
SELECT key, number, lineage FROM concept WHERE system = $1 AND key = ANY ($2::text[]);

-- name: ancestors
SELECT a.code FROM concept c JOIN concept a ON a.number = ANY (c.lineage) AND a.number <> c.number
WHERE c.system = $1 AND c.key = $2;

-- name: reserve
-- The number before the first of $1 numbers that are now ours.
SELECT setval('concept_number', nextval('concept_number') + $1) - $1 - 1;

-- name: remove
DELETE FROM code_system WHERE url = $1 AND version = $2;

-- name: add
INSERT INTO code_system (number, url, version, header, size) VALUES ($1, $2, $3, $4, $5);

-- name: settle
-- What the indexes have not sorted in yet costs each search 20 ms (CIM-10), where a settled index answers in 0.2.
SELECT gin_clean_pending_list(index::regclass)
FROM unnest(ARRAY['concept_by_lineage', 'concept_by_property', 'concept_by_trigram']) AS i (index);

-- name: canonicals
-- The current resources of a type that link to any of the targets by any of the parameters, without their documents.
SELECT DISTINCT v.vid, v.id FROM link l JOIN version v ON v.vid = l.vid
WHERE l.param = ANY ($1::bigint[]) AND l.target = ANY ($2::bigint[]) AND v.type = $3
    AND v.ended IS NULL AND v.body IS NOT NULL
ORDER BY v.vid DESC;

-- name: posted
-- The same by what is posted under any of the keys.
SELECT DISTINCT v.vid, v.id FROM posting p JOIN version v ON v.vid = p.vid
WHERE p.key = ANY ($1::bigint[]) AND v.type = $2 AND v.ended IS NULL AND v.body IS NOT NULL
ORDER BY v.vid DESC;

-- name: documents
SELECT vid, body FROM version WHERE vid = ANY ($1::bigint[]) AND body IS NOT NULL;

-- name: start_closure
-- A closure table anew, whatever it held.
WITH forgotten AS (DELETE FROM closure_relation WHERE name = $1), left_out AS (DELETE FROM closure_concept WHERE name = $1)
INSERT INTO closure (name, version) VALUES ($1, 0) ON CONFLICT (name) DO UPDATE SET version = 0;

-- name: lock_closure
SELECT version FROM closure WHERE name = $1 FOR UPDATE;

-- name: closure_concepts
SELECT system, code FROM closure_concept WHERE name = $1;

-- name: advance_closure
UPDATE closure SET version = version + 1 WHERE name = $1 RETURNING version;

-- name: add_closure_concepts
INSERT INTO closure_concept (name, system, code)
SELECT $1, * FROM unnest($2::text[], $3::text[]) ON CONFLICT DO NOTHING;

-- name: add_closure_relations
INSERT INTO closure_relation (name, version, system, code, ancestor)
SELECT $1, $2, * FROM unnest($3::text[], $4::text[], $5::text[]);

-- name: closure_relations
SELECT system, code, ancestor FROM closure_relation WHERE name = $1 AND version > $2 ORDER BY version, system, code, ancestor;
