"""What the server does, free of HTTP: interactions, operations, access. One module for each name in the standard."""
