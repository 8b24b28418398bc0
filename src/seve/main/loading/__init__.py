"""Loading files: the parent reads and cuts them into chunks, worker processes parse, check, index and write them."""
