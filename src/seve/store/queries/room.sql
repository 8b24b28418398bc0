-- name: lock
-- Who enters a room with a limit waits for who is entering it.
SELECT pg_advisory_xact_lock(hashtextextended($1, 23));

-- name: enter
-- Comes in, or says to be there still. A place in line is kept for a while by who was cut off ($3 seconds). Full ($4 others who
-- were seen in the last $5 seconds; 0 for no limit): no row.
INSERT INTO presence (room, member)
SELECT $1, $2 WHERE $4::int = 0 OR $4 > (
    SELECT count(*) FROM presence
    WHERE room = $1 AND member <> $2 AND seen > clock_timestamp() - make_interval(secs => $5))
ON CONFLICT (room, member) DO UPDATE SET seen = clock_timestamp(),
    since = CASE WHEN presence.seen < clock_timestamp() - make_interval(secs => $3) THEN clock_timestamp() ELSE presence.since END
RETURNING since;

-- name: leave
DELETE FROM presence WHERE room = $1 AND member = $2;

-- name: here
SELECT member, since, seen FROM presence WHERE room = $1 AND seen > clock_timestamp() - make_interval(secs => $2) ORDER BY since, member;

-- name: sweep
DELETE FROM presence WHERE seen < clock_timestamp() - make_interval(secs => $1);

-- name: tell
SELECT pg_notify('room', chunk) FROM unnest($1::text[]) WITH ORDINALITY AS chunks (chunk, place) ORDER BY place;
