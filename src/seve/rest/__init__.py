"""FHIR over HTTP (R4, 3.1.0): from bytes to a `Request`, from an `Answer` to bytes, and the one OperationOutcome renderer."""
