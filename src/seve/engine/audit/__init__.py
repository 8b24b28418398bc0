"""The audit trail for people and other systems: as AuditEvents of IHE BALP, as pages of who saw what, and watched for what is odd."""
