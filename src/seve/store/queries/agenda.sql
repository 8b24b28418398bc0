-- name: density
-- How many agendas could have the time asked for, counted up to a limit.
SELECT count(*) FROM (SELECT FROM agenda WHERE tags @> $1::text[] LIMIT $2) AS a;

-- name: walk
-- Windows with free time that begin at $2 or later, in the order of the first of it, as the index has them: a number of rows that
-- the planner knows makes it walk.
SELECT v.schedule, v.lo, v.step, v.seats, v.free, m.minutes, v.next_free AS start
FROM vacancy v CROSS JOIN LATERAL (
    SELECT CASE WHEN $1 = '' THEN v.minutes[1] ELSE v.minutes[array_position(v.reasons, $1)] END AS minutes
) AS m
WHERE v.next_free >= $2 AND (v.next_free, v.schedule) > ($5, $6) AND v.next_free < $3 AND v.tags @> $4::text[]
    AND v.longest >= m.minutes AND has_standing(v.vid, $7)
ORDER BY v.next_free, v.schedule LIMIT 32;

-- name: under_way
-- The same of windows that have begun before $2 and have time left, in the order of the first on their grid from then on: looked up
-- agenda by agenda, since an index in order of time would lead through all windows of the day before. None is longer than a day.
SELECT x.schedule, x.lo, x.step, x.seats, x.free, x.minutes, x.start
FROM (
    SELECT v.schedule, v.vid, v.lo, v.step, v.seats, v.free, m.minutes, g.start
    FROM agenda a
    JOIN vacancy v ON v.schedule = a.schedule AND v.lo > $2 - 1500 AND v.lo < $2 AND v.hi > $2 AND v.next_free < $2
    CROSS JOIN LATERAL (
        SELECT CASE WHEN $1 = '' THEN v.minutes[1] ELSE v.minutes[array_position(v.reasons, $1)] END AS minutes
    ) AS m CROSS JOIN LATERAL (SELECT v.lo + ($2 - v.lo + v.step - 1) / v.step * v.step AS start) AS g
    WHERE a.tags @> $4::text[] AND v.tags @> $4::text[]
        AND v.hi >= g.start + m.minutes AND g.start < $3 AND v.longest >= m.minutes AND (g.start, v.schedule) > ($5, $6)
    ORDER BY g.start, v.schedule OFFSET 0
) AS x
WHERE has_standing(x.vid, $7) LIMIT 32;

-- name: each
-- The same of some agendas: the first windows of each.
SELECT v.schedule, v.lo, v.step, v.seats, v.free, v.minute AS minutes
FROM (
    SELECT a.schedule, a.vid FROM agenda a
    WHERE (a.schedule = ANY ($6::text[]) OR $6::text[] = '{}') AND a.tags @> $4::text[]
) AS a CROSS JOIN LATERAL (
    SELECT v.*, m.minute FROM vacancy v CROSS JOIN LATERAL (
        SELECT CASE WHEN $1 = '' THEN v.minutes[1] ELSE v.minutes[array_position(v.reasons, $1)] END AS minute
    ) AS m
    WHERE v.schedule = a.schedule AND v.lo < $3 AND v.hi > $2 AND v.tags @> $4::text[] AND v.longest >= m.minute
    ORDER BY v.lo LIMIT $5
) AS v
WHERE has_standing(a.vid, $7)
ORDER BY v.lo, v.schedule;

-- name: seats
-- How many seats of a group are taken at a time.
SELECT count(DISTINCT c.seat) FROM claim c
WHERE c.actor = (SELECT v.actors[1] FROM vacancy v WHERE v.schedule = $1 LIMIT 1) AND c.lo < $3 AND c.hi > $2;

-- name: window
SELECT actors, seats FROM vacancy WHERE schedule = $1 AND lo <= $2 AND hi > $2 ORDER BY lo LIMIT 1;

-- name: roll
SELECT roll_agendas();
