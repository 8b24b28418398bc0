"""The officer's alerts: listed, told in words, and settled with a note, which is itself an entry of the trail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from seve.engine.audit.refusals import AlertNoteMissing, AlertNotFound, InvalidAlertState
from seve.kernel.texts import Language, text
from seve.store.audit import watched
from seve.store.audit.acts import Act
from seve.store.audit.reading import LAST
from seve.store.audit.watched import Alert

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.store.grant import Grant

STATES = ("open", "explained", "confirmed")
_PAGE = 50


async def alerts(
    engine: Engine, grant: Grant, *, state: str | None = "open", before: int = LAST, count: int = _PAGE
) -> list[Alert]:
    """Alerts in a state (None: in any), newest first; `before` is the id of the last one shown. Raises InvalidAlertState."""
    if state is not None and state not in STATES:
        raise InvalidAlertState(state=state)
    return await watched.alerts(engine.database.pool, grant, state=state, before=before, count=count)


async def settle(engine: Engine, grant: Grant, id_: int, *, state: str, note: str) -> None:
    """Explains or confirms an alert, or opens it again. Raises AlertNotFound, InvalidAlertState, AlertNoteMissing."""
    if state not in STATES:
        raise InvalidAlertState(state=state)
    if state != "open" and not note.strip():
        raise AlertNoteMissing
    officer = grant.trace.agent if grant.trace else grant.holder
    told = msgspec.json.encode({"alert": str(id_), "state": state}).decode()
    act = grant.trace.act("alert", "U", basis=note, detail=told) if grant.trace else None
    await engine.ledger.record([act or Act(interaction="alert", action="U", agent=officer, basis=note, detail=told)])
    if not await watched.settle_alert(engine.database.pool, grant, id_, state=state, officer=officer, note=note):
        raise AlertNotFound(id=id_)


def told(alert: Alert, language: Language = "en") -> str:
    """The alert as a sentence with its figures."""
    return text(f"engine.audit.alert_{alert.kind}", msgspec.json.decode(alert.reason), language)
