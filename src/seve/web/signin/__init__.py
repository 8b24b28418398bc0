"""Signing in, choosing an activity, granting to applications, and one's own security: plain forms; scripts only for passkeys."""

from seve.web.signin.routes import signin_routes

__all__ = ["signin_routes"]
