"""Grants of principals that were decided a moment ago: a principal is one object for as long as its session is held."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seve.engine.access.granting import grant_of

if TYPE_CHECKING:
    from seve.engine.identity.principal import Principal
    from seve.fhir.search.parameters import SearchParameters
    from seve.store.grant import Grant

_MOST = 10_000


class Grants:
    """Makes grants. What may change while a session lasts is asked in SQL, so that a grant can be kept as long as its principal."""

    def __init__(self, parameters: SearchParameters, *, base_url: str) -> None:
        self._parameters = parameters
        self._base_url = base_url
        self._held = dict[int, tuple["Principal", "Grant"]]()

    def of(self, principal: Principal, *, source: str, request: str) -> Grant:
        """The grant of a principal for one request, with its address and X-Request-Id in the trail."""
        known = self._held.get(principal.session)
        if known is None or known[0] is not principal:
            if len(self._held) >= _MOST:
                self._held.clear()
            known = principal, grant_of(principal, self._parameters, base_url=self._base_url)
        _, grant = known
        trace = grant.trace
        if trace is not None and (trace.source != source or trace.request != request):
            grant = replace(grant, trace=replace(trace, source=source, request=request))
        self._held[principal.session] = known[0], grant
        return grant
