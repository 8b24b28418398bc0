"""How alike two words are: Jaro-Winkler, and the edit distance up to one."""

from __future__ import annotations

_PREFIX_LENGTH = 4
_PREFIX_WEIGHT = 0.1
_BOOSTED_FROM = 0.7


def jaro_winkler(one: str, other: str) -> float:
    """From 0 to 1; as DuckDB computes it, so that weights learnt there hold here."""
    similarity = _jaro(one, other)
    if similarity <= _BOOSTED_FROM:
        return similarity
    prefix = 0
    for mine, theirs in zip(one[:_PREFIX_LENGTH], other[:_PREFIX_LENGTH], strict=False):
        if mine != theirs:
            break
        prefix += 1
    return similarity + prefix * _PREFIX_WEIGHT * (1 - similarity)


def _jaro(one: str, other: str) -> float:
    if one == other:
        return 1.0
    if not one or not other:
        return 0.0
    mine, theirs = _common(one, other)
    if not mine:
        return 0.0
    count = len(mine)
    transposed = sum(a != b for a, b in zip(mine, theirs, strict=True)) // 2
    return (count / len(one) + count / len(other) + (count - transposed) / count) / 3


def _common(one: str, other: str) -> tuple[list[str], list[str]]:
    """The letters that both have at nearly the same place, in the order of each."""
    window = max(max(len(one), len(other)) // 2 - 1, 0)
    taken = [False] * len(other)
    mine: list[str] = []
    for index, letter in enumerate(one):
        for at in range(max(0, index - window), min(len(other), index + window + 1)):
            if not taken[at] and other[at] == letter:
                taken[at] = True
                mine.append(letter)
                break
    return mine, [letter for letter, is_taken in zip(other, taken, strict=True) if is_taken]


def is_one_edit(one: str, other: str) -> bool:
    """Whether one letter replaced makes one of the other, or two neighbours exchanged; both are of one length."""
    if len(one) != len(other):
        return False
    differing = [index for index, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(differing) == 2 and differing[1] == differing[0] + 1:
        first, second = differing
        return one[first] == other[second] and one[second] == other[first]
    return len(differing) == 1
