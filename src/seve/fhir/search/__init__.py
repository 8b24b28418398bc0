"""FHIR R4 search as pure functions: what a resource gives to the indexes, and what a search asks of them."""
