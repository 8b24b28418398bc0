"""OAuth 2.1 over HTTP: what `seve.engine.identity.applications` decides, in the words of the RFCs."""
