-- name: enqueue
-- In the transaction of the connection: no job without what it is about, nor the other way round.
SELECT (jobs.procrastinate_defer_jobs_v1(ARRAY[
    ROW($1::text, $2::text, 0, $3::text, $4::text, $5::text::jsonb, now() + make_interval(secs => $6))::jobs.procrastinate_job_to_defer_v1
]))[1];

-- name: counts
SELECT status::text AS status, count(*) AS number FROM jobs.procrastinate_jobs GROUP BY status;

-- name: of_status
SELECT j.id, j.task_name, j.queue_name, j.attempts, j.scheduled_at, coalesce(j.lock, '') AS lock,
    (SELECT max(e.at) FROM jobs.procrastinate_events e WHERE e.job_id = j.id) AS changed,
    coalesce((SELECT f.reason FROM job_failure f WHERE f.job = j.id ORDER BY f.at DESC LIMIT 1), '') AS reason
FROM jobs.procrastinate_jobs j WHERE j.status::text = $1 ORDER BY j.id DESC LIMIT $2;

-- name: scheduled
-- The last run of each job that has a schedule.
SELECT task_name, max(defer_timestamp) AS at FROM jobs.procrastinate_periodic_defers GROUP BY task_name ORDER BY task_name;

-- name: fail
INSERT INTO job_failure (job, reason) VALUES ($1, $2);

-- name: retry
-- A job that failed for good begins anew, with all its attempts.
UPDATE jobs.procrastinate_jobs SET status = 'todo', attempts = 0, scheduled_at = now() WHERE id = $1 AND status = 'failed' RETURNING id;

-- name: discard
WITH reasons AS (
    DELETE FROM job_failure f USING jobs.procrastinate_jobs j WHERE f.job = j.id AND j.id = $1 AND j.status IN ('failed', 'todo')
), slips AS (
    DELETE FROM slip s USING jobs.procrastinate_jobs j WHERE s.id = j.args ->> 'slip' AND j.id = $1 AND j.status IN ('failed', 'todo')
)
DELETE FROM jobs.procrastinate_jobs WHERE id = $1 AND status IN ('failed', 'todo') RETURNING id;

-- name: keep_slip
INSERT INTO slip (id, sealed) VALUES ($1, $2);

-- name: slip
SELECT sealed FROM slip WHERE id = $1;

-- name: tear_slip
DELETE FROM slip WHERE id = $1;
