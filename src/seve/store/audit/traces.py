"""Who acts, in what request: what all the acts of one request have in common."""

from __future__ import annotations

from dataclasses import dataclass

from seve.store.audit.acts import Act, Action, Outcome


@dataclass(frozen=True, slots=True)
class Trace:
    """The fields of `Act` that don't depend on what is done."""

    agent: str
    display: str
    role: str
    session: int
    purpose: str
    client: str = ""
    delegated_by: str = ""
    organization: str = ""
    source: str = ""
    request: str = ""

    def act(
        self,
        interaction: str,
        action: Action,
        *,
        outcome: Outcome = 0,
        entities: tuple[str, ...] = (),
        patient_keys: tuple[int, ...] = (),
        query: str = "",
        basis: str = "",
        detail: str = "",
    ) -> Act:
        """One act of this request."""
        return Act(
            interaction=interaction,
            action=action,
            outcome=outcome,
            agent=self.agent,
            display=self.display,
            role=self.role,
            client=self.client,
            session=self.session,
            purpose=self.purpose,
            delegated_by=self.delegated_by,
            organization=self.organization,
            entities=entities,
            patient_keys=patient_keys,
            query=query,
            source=self.source,
            request=self.request,
            basis=basis,
            detail=detail,
        )
