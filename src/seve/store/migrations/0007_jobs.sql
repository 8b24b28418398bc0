-- Jobs: the queue itself is procrastinate's, in a PostgreSQL schema of its own (jobs/schema). Why a job failed is kept here,
-- since it keeps no reasons.
CREATE TABLE job_failure (
    job    bigint NOT NULL,                   -- jobs.procrastinate_jobs
    at     timestamptz NOT NULL DEFAULT now(),
    reason text NOT NULL                      -- a refusal, or an incident's number: never what a person wrote
);
CREATE INDEX job_failure_by_job ON job_failure (job, at);

-- What a job needs and no job may show, such as who is on a list: sealed, named by the payload, gone when the work is done or discarded.
CREATE TABLE slip (
    id     text COLLATE "C" PRIMARY KEY,
    sealed bytea NOT NULL,
    made   timestamptz NOT NULL DEFAULT now()
);
