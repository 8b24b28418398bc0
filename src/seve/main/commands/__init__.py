"""One module a command: `declare` its options, `run` it, and answer its exit code. The docstring's first line is its help."""
