"""What a browser calls itself, as its owner would: enough to recognise a session, too little to track anybody."""

from __future__ import annotations

from starlette.requests import HTTPConnection, Request

_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def device_of(request: Request) -> str:
    """“Firefox, Linux”; "" for what is unknown."""
    agent = request.headers.get("user-agent", "")
    found = (next((name for mark, name in known if mark in agent), "") for known in (_BROWSERS, _SYSTEMS))
    return ", ".join(filter(None, found))


def address_of(request: HTTPConnection) -> str:
    """The address that a request comes from, as the server saw it."""
    return request.client.host if request.client else ""
