-- Agendas: the time that is given (Schedule) and the time that is taken (Appointment). Both tables follow from the documents by
-- triggers, whatever wrote them. Times are minutes since 1970 UTC. No personal data: who gives time, and when; not who comes.

CREATE FUNCTION minute_of(instant timestamptz) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
    SELECT greatest(least(floor(extract(epoch FROM instant) / 60), 2147483647), -2147483648)::integer
$$;

-- The extensions of ours that a document has under a name, and the values of a part of one.
CREATE FUNCTION own_extensions(document jsonb, name text) RETURNS SETOF jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT e FROM jsonb_array_elements(document -> 'extension') WITH ORDINALITY AS x (e, place)
    WHERE e ->> 'url' = 'https://seve.example/StructureDefinition/' || name ORDER BY place
$$;
CREATE FUNCTION parts(extension jsonb, name text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(array_agg(v.value ORDER BY place), '{}')
    FROM jsonb_array_elements(extension -> 'extension') WITH ORDINALITY AS x (e, place) CROSS JOIN LATERAL jsonb_each_text(e) AS v
    WHERE e ->> 'url' = name AND v.key LIKE 'value%'
$$;

-- One key for who gives the time and on which seat (0, but for groups). Ranges, since equality has no GiST operator of its own.
CREATE FUNCTION claim_key(actor text, seat smallint) RETURNS int8range LANGUAGE sql IMMUTABLE AS $$
    SELECT int8range(k, k, '[]') FROM (SELECT hashtextextended(actor, seat) >> 1) AS h (k)
$$;

-- Time that is taken: nobody can be in two appointments at once, whoever writes them and by which way.
CREATE TABLE claim (
    actor text COLLATE "C" NOT NULL,          -- a reference: PractitionerRole/…, Practitioner/…, Location/… (a room), Device/…
    seat  smallint NOT NULL,
    lo    integer NOT NULL,
    hi    integer NOT NULL CHECK (hi > lo),
    ref   bigint NOT NULL,                    -- the Appointment
    CONSTRAINT claim_is_alone EXCLUDE USING gist (claim_key(actor, seat) WITH &&, int4range(lo, hi) WITH &&)
);
CREATE INDEX claim_by_ref ON claim (ref);
CREATE INDEX claim_by_actor ON claim (actor, hi);

-- Agendas open to booking, with their document at hand, and how far their windows are laid out.
CREATE TABLE agenda (
    schedule text COLLATE "C" PRIMARY KEY,    -- the id of the Schedule
    vid      bigint NOT NULL,
    document jsonb NOT NULL,
    tags     text[] NOT NULL,                 -- what searches ask for: `specialty|SM54`, `commune|35238`, … (also those of its windows)
    rolled   date NOT NULL                    -- the first day not laid out yet
);
CREATE INDEX agenda_by_tag ON agenda USING gin (tags);

-- Windows of an agenda, and what is free of each.
CREATE TABLE vacancy (
    schedule  text COLLATE "C" NOT NULL REFERENCES agenda ON DELETE CASCADE,
    vid       bigint NOT NULL,
    lo        integer NOT NULL,
    hi        integer NOT NULL CHECK (hi > lo),
    step      smallint NOT NULL CHECK (step > 0), -- appointments begin at lo + n * step
    seats     smallint NOT NULL CHECK (seats > 0),
    reasons   text[] NOT NULL,
    minutes   smallint[] NOT NULL,            -- how long each reason takes, in their order
    tags      text[] NOT NULL,
    actors    text[] NOT NULL,                -- whose time it is, the first first; all of them must be free
    opened    int4multirange NOT NULL,        -- without closings
    free      int4multirange NOT NULL,        -- and without what is taken
    next_free integer,                        -- NULL: full
    longest   integer NOT NULL
);
CREATE INDEX vacancy_by_schedule ON vacancy (schedule, lo);
CREATE INDEX vacancy_by_next_free ON vacancy (next_free, schedule) WHERE next_free IS NOT NULL;

-- In which agendas somebody or a room is needed.
CREATE TABLE agenda_actor (
    actor    text COLLATE "C" NOT NULL,
    schedule text COLLATE "C" NOT NULL REFERENCES agenda ON DELETE CASCADE,
    PRIMARY KEY (actor, schedule)
);
CREATE INDEX agenda_actor_by_schedule ON agenda_actor (schedule);

-- What is free of a window. Of a group, a cell of the grid is taken once all its seats are.
CREATE FUNCTION free_of(v vacancy) RETURNS TABLE (free int4multirange, next_free integer, longest integer) LANGUAGE plpgsql STABLE AS $$
DECLARE
    taken int4multirange;
BEGIN
    IF v.seats = 1 THEN
        SELECT range_agg(int4range(c.lo, c.hi)) INTO taken FROM claim c WHERE c.actor = ANY (v.actors) AND c.hi > v.lo AND c.lo < v.hi;
    ELSE
        SELECT range_agg(int4range(cell, cell + v.step)) INTO taken FROM generate_series(v.lo, v.hi - 1, v.step) AS cell
        WHERE v.seats <= (
            SELECT count(DISTINCT c.seat) FROM claim c WHERE c.actor = v.actors[1] AND c.hi > cell AND c.lo < cell + v.step
        );
    END IF;
    free := v.opened - coalesce(taken, '{}');
    next_free := lower(free);
    longest := coalesce((SELECT max(upper(r) - lower(r)) FROM unnest(free) AS r), 0);
    RETURN NEXT;
END $$;

-- Locked first and looked at after: a statement that began before another's commit would not see what that one took. No window is
-- longer than a day.
CREATE FUNCTION renew_vacancies(whose text, since integer, until integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    agendas text[] := ARRAY(SELECT g.schedule FROM agenda_actor g WHERE g.actor = whose ORDER BY g.schedule);
BEGIN
    PERFORM FROM vacancy v
    WHERE v.schedule = ANY (agendas) AND v.lo > since - 1500 AND v.lo < until AND v.hi > since AND v.actors @> ARRAY[whose]
    ORDER BY v.schedule, v.lo FOR UPDATE;
    UPDATE vacancy v SET (free, next_free, longest) = (SELECT f.free, f.next_free, f.longest FROM free_of(v) f)
    WHERE v.schedule = ANY (agendas) AND v.lo > since - 1500 AND v.lo < until AND v.hi > since AND v.actors @> ARRAY[whose];
END $$;

CREATE FUNCTION follow_claim() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM renew_vacancies(NEW.actor, NEW.lo, NEW.hi);
    ELSE
        PERFORM renew_vacancies(OLD.actor, OLD.lo, OLD.hi);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER claim_changes AFTER INSERT OR DELETE ON claim FOR EACH ROW EXECUTE FUNCTION follow_claim();

-- A new version of an Appointment claims the time of those who are needed, if it is still to come. Patients claim none; places and
-- services only when they are required (a room).
CREATE FUNCTION take_time() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    document jsonb := NEW.body::jsonb;
BEGIN
    DELETE FROM claim WHERE ref = NEW.ref;
    IF document ->> 'status' = ANY ('{pending,booked,arrived,checked-in,fulfilled}') AND (document ->> 'end')::timestamptz > now() THEN
        INSERT INTO claim (actor, seat, lo, hi, ref)
        SELECT DISTINCT p -> 'actor' ->> 'reference', coalesce((SELECT e ->> 'valueUnsignedInt' FROM own_extensions(document, 'appointment-seat') AS e LIMIT 1)::smallint, 0),
            minute_of((document ->> 'start')::timestamptz), minute_of((document ->> 'end')::timestamptz + interval '59 seconds'), NEW.ref
        FROM jsonb_array_elements(document -> 'participant') AS p
        WHERE coalesce(p ->> 'required', 'required') = 'required' AND p ->> 'status' <> 'declined'
            AND split_part(p -> 'actor' ->> 'reference', '/', 1) = ANY (
                CASE WHEN p ? 'required' THEN '{PractitionerRole,Practitioner,Device,Location,HealthcareService}'::text[]
                ELSE '{PractitionerRole,Practitioner,Device}' END
            )
            AND (document ->> 'end')::timestamptz > (document ->> 'start')::timestamptz;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER appointment_takes_time AFTER INSERT ON version FOR EACH ROW WHEN (NEW.type = 'Appointment') EXECUTE FUNCTION take_time();

CREATE FUNCTION tags_of(document jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(array_agg(DISTINCT tag), '{}') FROM (
        SELECT t.kind || '|' || (coding ->> 'code')
        FROM (VALUES ('specialty', 'specialty'), ('serviceType', 'service'), ('serviceCategory', 'category')) AS t (element, kind)
        CROSS JOIN LATERAL jsonb_array_elements(document -> t.element) AS concept
        CROSS JOIN LATERAL jsonb_array_elements(concept -> 'coding') AS coding
        UNION ALL SELECT 'actor|' || (a ->> 'reference') FROM jsonb_array_elements(document -> 'actor') AS a
        UNION ALL SELECT 'commune|' || (e -> 'valueCoding' ->> 'code') FROM own_extensions(document, 'agenda-place') AS e
    ) AS found (tag) WHERE tag IS NOT NULL
$$;

-- Lays out the windows of an agenda from a day to before another. Rules are local time: PostgreSQL knows when clocks change.
CREATE FUNCTION lay_out(a agenda, since date, until date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    zone text := coalesce((SELECT z ->> 'valueCode' FROM own_extensions(a.document, 'agenda-zone') AS z LIMIT 1), 'Europe/Paris');
    horizon jsonb := a.document -> 'planningHorizon';
    people text[] := (
        SELECT array_agg(x ->> 'reference' ORDER BY place) FROM jsonb_array_elements(a.document -> 'actor') WITH ORDINALITY AS s (x, place)
        WHERE split_part(x ->> 'reference', '/', 1) = ANY ('{PractitionerRole,Practitioner,Device}')
    );
    closed int4multirange := (
        SELECT range_agg(int4range(lo, hi)) FROM (
            SELECT minute_of(coalesce(begin_of(p ->> 'start', zone), '-infinity')), minute_of(coalesce(end_of(p ->> 'end', zone), 'infinity'))
            FROM own_extensions(a.document, 'agenda-closing') AS e CROSS JOIN LATERAL (SELECT (parts(e, 'period'))[1]::jsonb) AS c (p)
        ) AS x (lo, hi) WHERE hi > lo
    );
BEGIN
    IF people IS NULL THEN
        RETURN;
    END IF;
    since := greatest(since, (begin_of(horizon ->> 'start', zone) AT TIME ZONE zone)::date);
    until := least(until, (end_of(horizon ->> 'end', zone) AT TIME ZONE zone + interval '1 day - 1 second')::date);
    INSERT INTO vacancy (schedule, vid, lo, hi, step, seats, reasons, minutes, tags, actors, opened, free, next_free, longest)
    SELECT a.schedule, a.vid, w.lo, w.hi, w.step, w.seats, w.reasons, w.minutes,
        a.tags || w.tags || CASE WHEN w.seats > 1 THEN '{group}'::text[] ELSE '{}' END, people || w.rooms,
        o.opened, o.opened, lower(o.opened), coalesce((SELECT max(upper(r) - lower(r)) FROM unnest(o.opened) AS r), 0)
    FROM windows_of(a.document, zone, since, until) AS w
    CROSS JOIN LATERAL (SELECT int4multirange(int4range(w.lo, w.hi)) - coalesce(closed, '{}')) AS o (opened);
    INSERT INTO agenda_actor (actor, schedule)
    SELECT DISTINCT x, v.schedule FROM vacancy v, unnest(v.actors) AS x WHERE v.schedule = a.schedule ON CONFLICT DO NOTHING;
    UPDATE vacancy v SET (free, next_free, longest) = (SELECT f.free, f.next_free, f.longest FROM free_of(v) f)
    WHERE v.schedule = a.schedule AND v.lo >= minute_of(since::timestamp AT TIME ZONE zone)
        AND EXISTS (SELECT FROM claim c WHERE c.actor = ANY (v.actors) AND c.hi > v.lo AND c.lo < v.hi);
END $$;

-- The bounds of a FHIR dateTime that may be a day only, in a zone.
CREATE FUNCTION begin_of(said text, zone text) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN length(said) <= 10 THEN (rpad(said, 10, '-01-01')::date)::timestamp AT TIME ZONE zone ELSE said::timestamptz END
$$;
CREATE FUNCTION end_of(said text, zone text) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT CASE length(said)
        WHEN 4 THEN ((said || '-01-01')::date + interval '1 year') AT TIME ZONE zone
        WHEN 7 THEN ((said || '-01')::date + interval '1 month') AT TIME ZONE zone
        WHEN 10 THEN (said::date + interval '1 day') AT TIME ZONE zone
        ELSE said::timestamptz
    END
$$;

-- The windows that the rules of a Schedule open. A rule that names reasons or places of meeting is for those alone.
CREATE FUNCTION windows_of(document jsonb, zone text, first_day date, end_day date) RETURNS TABLE (
    lo integer, hi integer, step smallint, seats smallint, reasons text[], minutes smallint[], tags text[], rooms text[]
) LANGUAGE sql STABLE AS $$
    WITH reason AS MATERIALIZED (
        SELECT (parts(e, 'code'))[1] AS code, (parts(e, 'minutes'))[1]::smallint AS minutes, parts(e, 'mode') AS modes,
            coalesce((parts(e, 'public'))[1], 'true')::boolean AS is_public, place
        FROM own_extensions(document, 'agenda-reason') WITH ORDINALITY AS r (e, place)
    ), rule AS MATERIALIZED (
        SELECT parts(e, 'day') AS days, (parts(e, 'from'))[1]::time AS begins, (parts(e, 'to'))[1]::time AS ends,
            (parts(e, 'since'))[1]::date AS since, (parts(e, 'until'))[1]::date AS until,
            coalesce((parts(e, 'weeks'))[1]::integer, 1) AS weeks, (parts(e, 'step'))[1]::smallint AS step,
            coalesce((parts(e, 'seats'))[1]::smallint, 1) AS seats, parts(e, 'reason') AS reasons, parts(e, 'mode') AS modes,
            ARRAY(SELECT x::jsonb ->> 'reference' FROM unnest(parts(e, 'room')) AS x) AS rooms
        FROM own_extensions(document, 'agenda-rule') AS e
    ), offered AS MATERIALIZED (
        SELECT rule.*, o.codes, o.lengths, o.tags FROM rule CROSS JOIN LATERAL (
            SELECT array_agg(reason.code ORDER BY place) AS codes, array_agg(reason.minutes ORDER BY place) AS lengths,
                array_agg(DISTINCT 'reason|' || reason.code) || coalesce(array_agg(DISTINCT 'public|' || reason.code) FILTER (WHERE is_public), '{}')
                || ARRAY(
                    SELECT DISTINCT 'mode|' || m FROM reason r2, unnest(r2.modes) AS m
                    WHERE (rule.modes = '{}' OR m = ANY (rule.modes)) AND (rule.reasons = '{}' OR r2.code = ANY (rule.reasons))
                ) AS tags
            FROM reason
            WHERE (rule.reasons = '{}' OR reason.code = ANY (rule.reasons)) AND (rule.modes = '{}' OR reason.modes = '{}' OR reason.modes && rule.modes)
        ) AS o WHERE o.codes IS NOT NULL
    )
    SELECT lo, hi, coalesce(offered.step, offered.lengths[1]), offered.seats, codes, lengths, offered.tags, offered.rooms
    FROM offered
    CROSS JOIN LATERAL generate_series(
        greatest(first_day, offered.since)::timestamp, least(end_day, offered.until + 1)::timestamp - interval '1 day', interval '1 day'
    ) AS day
    CROSS JOIN LATERAL (
        SELECT minute_of((day + offered.begins) AT TIME ZONE zone), minute_of((day + offered.ends) AT TIME ZONE zone + interval '59 seconds')
    ) AS w (lo, hi)
    WHERE to_char(day, 'dy') = ANY (offered.days) AND hi > lo
        AND (offered.weeks <= 1 OR (date_trunc('week', day)::date - date_trunc('week', offered.since)::date) / 7 % offered.weeks = 0)
$$;

-- A new version of a Schedule is the agenda from now on; one that is not active, or deleted, is none.
CREATE FUNCTION give_time() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    document jsonb := NEW.body::jsonb;
    made agenda;
    today date := current_date - 1; -- wherever the zone is
BEGIN
    DELETE FROM agenda WHERE schedule = NEW.id;
    IF document IS NULL OR NOT coalesce((document ->> 'active')::boolean, true) OR NOT EXISTS (SELECT FROM own_extensions(document, 'agenda-rule')) THEN
        RETURN NULL;
    END IF;
    INSERT INTO agenda (schedule, vid, document, tags, rolled) VALUES (NEW.id, NEW.vid, document, tags_of(document), today + agenda_days())
    RETURNING * INTO made;
    PERFORM lay_out(made, today, made.rolled);
    UPDATE agenda SET tags = tags || ARRAY(SELECT DISTINCT t FROM vacancy v, unnest(v.tags) AS t WHERE v.schedule = NEW.id)
    WHERE schedule = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER schedule_gives_time AFTER INSERT ON version FOR EACH ROW WHEN (NEW.type = 'Schedule') EXECUTE FUNCTION give_time();

-- How far ahead agendas are laid out, in days.
CREATE FUNCTION agenda_days() RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 120';

-- Each night: days to come are laid out, days gone are forgotten.
CREATE FUNCTION roll_agendas() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    a agenda;
    until date := current_date - 1 + agenda_days();
BEGIN
    DELETE FROM claim WHERE hi < minute_of(now() - interval '1 day');
    DELETE FROM vacancy WHERE hi < minute_of(now() - interval '1 day');
    FOR a IN SELECT * FROM agenda WHERE rolled < until ORDER BY schedule FOR UPDATE LOOP
        PERFORM lay_out(a, a.rolled, until);
        UPDATE agenda SET rolled = until WHERE schedule = a.schedule;
    END LOOP;
END $$;

-- Somebody who gives the time of an agenda may act, and nobody who gives it may not: a professional struck off has no free time.
-- The links are those of Schedule.actor (fhir/search/keys).
CREATE FUNCTION has_standing(schedule_vid bigint, at bigint) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT bool_and(EXISTS (SELECT FROM reach r WHERE r.reader = p.ref AND r.patient = 0 AND r.since <= at AND r.until > at))
        FROM link l JOIN version p ON p.ref = l.target AND p.ended IS NULL AND p.type IN ('PractitionerRole', 'Practitioner')
        WHERE l.vid = schedule_vid AND l.param = 4852843177556116441
    ) IS TRUE;
END $$;
