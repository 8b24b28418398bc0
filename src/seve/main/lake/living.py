"""Views of the store itself, as a command reads them: through the access rule, as of one moment, a window at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seve.engine.access import background_grant, grant_of, open_grant
from seve.engine.identity.activities import PURPOSES, Activity, activities_of
from seve.engine.identity.principal import Principal
from seve.engine.tasks import viewing
from seve.engine.tasks.exporting import Asked
from seve.fhir.search.keys import fold
from seve.fhir.views import View, compile_view
from seve.lake.batching import Batch
from seve.lake.problems import OnError, Problems
from seve.lake.running import Run
from seve.lake.schema import schema
from seve.main.holding import running_store
from seve.main.settings import Settings
from seve.main.wiring import open_engine
from seve.store import exporting
from seve.store.identity import accounts
from seve.store.identity.accounts import Account

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.store.grant import Grant

_CONNECTIONS = 4


@dataclass(frozen=True, slots=True)
class Living:
    """The store as of the moment it was opened, and what its reader may see of it."""

    engine: Engine
    grant: Grant
    until: int
    runner: asyncio.Runner

    def run(self, view: View, *, on_error: OnError = "refuse") -> Run:
        """The rows of a view, by compiled Python."""
        found = self._batches(view, goes_on=on_error == "report")
        return Run(schema(view.columns), "python", Problems(on_error), found)

    def _batches(self, view: View, *, goes_on: bool) -> Iterator[Batch]:
        asked = Asked(
            url="",
            since=0,
            until=self.until,
            types=[view.resource],
            filters={},
            elements=[],
            is_of_patients=False,
            members=None,
        )
        found = viewing.rows(self.engine, self.grant, asked, compile_view(view), goes_on=goes_on)

        async def following() -> Batch | None:
            return await anext(found, None)

        while (batch := self.runner.run(following())) is not None:
            yield batch


@contextmanager
def living(settings: Settings, *, login: str = "", activity: str = "") -> Generator[Living, None, None]:
    """The store, for an account as one of its activities; without a login for whoever keeps the machine, who sees everything.

    Raises ValueError for an account or an activity that isn't there.
    """
    with running_store(settings), asyncio.Runner() as runner:
        stack = AsyncExitStack()

        async def opened() -> Living:
            engine = await stack.enter_async_context(open_engine(settings, connections=_CONNECTIONS))
            grant = await _grant(engine, login, activity) if login else open_grant()
            until = engine.database.clock.next()
            await exporting.settle(engine.database.pool, until=until)
            return Living(engine, grant, until, runner)

        try:
            yield runner.run(opened())
        finally:
            runner.run(stack.aclose())


async def _grant(engine: Engine, login: str, chosen: str) -> Grant:
    """What an account may see now, as one of its activities; each window that is read is in the trail."""
    pool = engine.database.pool
    account = await accounts.by_login(pool, fold(login))
    if account is None:
        raise ValueError(f"there is no account {login}")
    activities = {activity.role or activity.kind: activity for activity in await activities_of(pool, account)}
    if not activities:
        raise ValueError(f"{login} may not act as anything")
    if not chosen and len(activities) > 1:
        raise ValueError(f"{login} may act as {', '.join(activities)}: choose one with --activity")
    activity = activities.get(chosen or next(iter(activities)))
    if activity is None:
        raise ValueError(f"{login} may act as {', '.join(activities)}, and not as {chosen}")
    principal = _principal(account, activity)
    grant = grant_of(principal, engine.parameters, base_url=engine.base_url)
    return background_grant(grant.holder, grant.origin, engine.parameters, base_url=engine.base_url)


def _principal(account: Account, activity: Activity) -> Principal:
    """Without a session: who may use this command on this machine is the machine's to say."""
    return Principal(
        session=0,
        account=account.id,
        kind=activity.kind,
        role=activity.role,
        person=activity.person,
        organization=activity.organization,
        profession=activity.profession,
        related=activity.related,
        delegated_by=activity.delegated_by,
        purpose=PURPOSES[activity.kind],
        client="",
        scopes=None,
    )
