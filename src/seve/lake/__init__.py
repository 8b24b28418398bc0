"""Analytics beside the store: SQL on FHIR views, their runners, the lake's tables, OMOP, measures. Nothing here knows the store."""
