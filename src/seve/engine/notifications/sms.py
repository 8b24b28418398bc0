"""SMS through a provider's HTTP interface: one POST of JSON for each message.

The address is the operator's own choice; it is called under the same guard as hooks (`seve.engine.subscriptions.calling`): https, no address of
a private network that was not named, no redirects. Number and text are in the body, never in the address.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Set as AbstractSet
from typing import Any

from seve.engine.notifications.refusals import CannotSend
from seve.engine.subscriptions.calling import check_endpoint, once
from seve.engine.subscriptions.refusals import CannotCall, EndpointRefused

USUAL_BODY = '{"to": "{to}", "text": "{text}"}'
_PLACES = ("{to}", "{text}")
_PLACE = re.compile(r"\{to\}|\{text\}")


class HttpSms:
    """A provider: where, with which `Authorization`, and the JSON that it expects, with `{to}` and `{text}` in texts."""

    def __init__(self, url: str, *, token: str, body: str = USUAL_BODY, trusted: AbstractSet[str]) -> None:
        """Raises ValueError for a body that is no JSON or lacks a place, EndpointRefused for an address that may not be called."""
        self._body = _template(body)
        check_endpoint(url, trusted)
        self._url, self._trusted = url, trusted
        self._headers = {"content-type": "application/json", "user-agent": "Seve"}
        if token:
            self._headers["authorization"] = token if " " in token else f"Bearer {token}"

    async def send(self, address: str, *, subject: str, body: str) -> None:
        """Raises CannotSend unless the provider answers with 2xx."""
        del subject  # an SMS has none
        content = json.dumps(_filled(self._body, {"{to}": address, "{text}": body}), ensure_ascii=False).encode()
        try:
            status = await asyncio.to_thread(once, self._url, content, self._headers, trusted=self._trusted)
        except (CannotCall, EndpointRefused) as error:
            raise CannotSend(reason=type(error).__name__) from error
        if not 200 <= status < 300:
            raise CannotSend(reason=f"HTTP {status}")


def _template(body: str) -> Any:
    try:
        found = json.loads(body)
    except ValueError as error:
        raise ValueError(f"SEVE_SMS_BODY is no JSON: {error}") from error
    if not all(place in json.dumps(found) for place in _PLACES):
        raise ValueError("SEVE_SMS_BODY has the places {to} and {text}")
    return found


def _filled(part: Any, values: dict[str, str]) -> Any:
    """The same, with its places filled in."""
    match part:
        case dict():
            return {name: _filled(value, values) for name, value in part.items()}
        case list():
            return [_filled(value, values) for value in part]
        case str():
            return _PLACE.sub(lambda found: values[found[0]], part)
        case _:
            return part
