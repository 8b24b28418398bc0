"""An organisation's own file beside the shared record: documents of the first are shared to the second by a person or by a rule, as copies."""

from seve.engine.houses.refusals import AlreadyShared, NoHouse, NotCurrent, NotShared, NotTheirRule
from seve.engine.houses.ruling import keep_rule, may_rule, rule, share_by_rule, waiting_of
from seve.engine.houses.sharing import share, withdraw
from seve.engine.houses.standing import Hindrance, Standing, hindrance, house_of, kept, standings

__all__ = [
    "AlreadyShared",
    "Hindrance",
    "NoHouse",
    "NotCurrent",
    "NotShared",
    "NotTheirRule",
    "Standing",
    "hindrance",
    "house_of",
    "keep_rule",
    "kept",
    "may_rule",
    "rule",
    "share",
    "share_by_rule",
    "standings",
    "waiting_of",
    "withdraw",
]
