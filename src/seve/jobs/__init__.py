"""Background work on PostgreSQL: declared jobs, their schema, their workers. A thin wrapper over procrastinate, which nothing else knows."""
