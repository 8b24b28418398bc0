"""Care at a distance: the acts that there are, who may do them and when, and how they are paid, as dated tables with sources."""

from seve.france.remote.acts import ACTS, Act, RemoteAct, may_do, named
from seve.france.remote.tariffs import RULES, Circumstances, Decision, Rule, RuleSet, tariff

__all__ = [
    "ACTS",
    "RULES",
    "Act",
    "Circumstances",
    "Decision",
    "RemoteAct",
    "Rule",
    "RuleSet",
    "may_do",
    "named",
    "tariff",
]
