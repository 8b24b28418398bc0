"""`make new-solution ID=…`: the package of a solution with its tests and its page, ready to pass the conformance suite."""
