-- In whose name somebody acts who works for organisations (the identity desk, steering): their own readers, the organisations that
-- belong to a territory among them, through any number of steps, and the identity desks of all these (fhir/access/reaches, BELONGS and
-- DESK). Only a territory reaches what belongs to it: a hospital does not reach its services.
CREATE FUNCTION offices_of(readers bigint[], at bigint) RETURNS bigint[] LANGUAGE sql STABLE AS $$
    WITH RECURSIVE place (key) AS (
        SELECT r.reader FROM reach r
        WHERE r.reader = ANY (readers) AND r.patient = r.reader AND r.purpose = 100 AND r.opens AND r.since <= at AND r.until > at
        UNION
        SELECT r.patient FROM place p JOIN reach r ON r.reader = p.key
        WHERE r.purpose = 100 AND r.opens AND r.since <= at AND r.until > at
    ), own (key) AS (SELECT unnest(readers) UNION SELECT key FROM place)
    SELECT array_agg(key) || array_agg(key # (-4071774403584640393)) FROM own
$$;
