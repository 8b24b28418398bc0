"""Two records of one person become one, traced and reversible: merge, unmerge, and the queue of suspected duplicates."""
