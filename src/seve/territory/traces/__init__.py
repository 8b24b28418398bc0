"""What lives leave behind: FHIR resources that hang together."""
