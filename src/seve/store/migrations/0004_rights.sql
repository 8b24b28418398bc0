
-- Archives of all that a person sees, made by a task, until they are fetched or a day has passed: they go with their task.
CREATE TABLE archive (
    task    text PRIMARY KEY REFERENCES task ON DELETE CASCADE,
    content bytea NOT NULL                    -- a ZIP file
);
