"""The record as people use it: sharing choices, who saw it, emergencies, rights; forms and pages without script."""

from seve.web.record.routes import record_routes

__all__ = ["record_routes"]
