"""The lake's own tables: the documents of the store as a Delta table that follows it, on disk or in object storage."""
