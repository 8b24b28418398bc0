"""The desk of the data-protection officer: reviews, alerts, requests, policies, proofs, register. No health data."""

from seve.web.desk.routes import desk_routes

__all__ = ["desk_routes"]
