"""Tokens (R4, 3.1.1.4.10): `code`, `system|code`, `|code`, `system|`, and the modifiers."""

from __future__ import annotations

from seve.fhir.search.entries import MAX_STRING
from seve.fhir.search.keys import IDENTIFIER, OF_TYPE, TEXT, fold, hashed, value_key, words
from seve.fhir.search.query import And, Criterion, Or, StringMatch, TokenMatch, ValueSetMatch
from seve.fhir.search.scope import Asked
from seve.fhir.search.separation import separated, unescaped
from seve.fhir.search.tokens import contact_form, of_type_form, word_form

_SYSTEM_IMPLIED = frozenset({"code", "boolean"})
_BOOLEAN = frozenset({"boolean"})
_CONTACT = frozenset({"ContactPoint"})
_BOOLEANS = frozenset({"true", "false"})


def token(asked: Asked) -> Criterion:
    """The criterion of a token parameter. Raises WrongModifier, WrongValue."""
    match asked.modifier:
        case "" | "not":
            return TokenMatch(asked.text, _any(asked), is_negated=asked.modifier == "not")
        case "text":
            return Or(tuple(c for value in asked.values for c in _texts(asked, unescaped(value))))
        case "of-type" if "Identifier" in asked.subject.datatypes:
            return TokenMatch(asked.text, tuple(k for value in asked.values for k in _of_type(asked, value)))
        case "in" | "not-in":
            return _terminology(asked, tuple(unescaped(value) for value in asked.values))
        case "above" | "below":
            return _terminology(asked, tuple(_with_system(asked, value) for value in asked.values))
        case _:
            raise asked.wrong_modifier()


def identifier(asked: Asked) -> Criterion:
    """`:identifier` on a reference: the identifier of a logical reference. Raises WrongValue."""
    forms = [token_form(asked, value) for value in asked.values]
    keys = (k ^ IDENTIFIER ^ value_key(form) for form in forms for k in asked.subject.marked)
    return TokenMatch(asked.text, tuple(keys))


def token_form(asked: Asked, value: str) -> str:
    """The posted form that a token value stands for. Raises WrongValue."""
    pieces = [unescaped(piece) for piece in separated(value, "|")]
    if len(pieces) > 2 or not any(pieces):
        raise asked.wrong_value(value, "code, system|code, |code, system|")
    datatypes = asked.subject.datatypes
    code = contact_form(pieces[-1]) if datatypes == _CONTACT else pieces[-1]
    if datatypes == _BOOLEAN and code not in _BOOLEANS:
        raise asked.wrong_value(value, "true, false")
    if len(pieces) == 1 or (code and datatypes and datatypes <= _SYSTEM_IMPLIED):
        return code
    return f"{pieces[0]}|{code}"


def _any(asked: Asked) -> tuple[int, ...]:
    forms = dict.fromkeys(form for value in asked.values for form in _forms(asked, value))
    return tuple(k ^ hashed(form) for form in forms for k in asked.subject.keys)


def _forms(asked: Asked, value: str) -> tuple[str, ...]:
    form = token_form(asked, value)
    return (form, contact_form(form)) if "ContactPoint" in asked.subject.datatypes else (form,)


def _terminology(asked: Asked, values: tuple[str, ...]) -> ValueSetMatch:
    operator = asked.modifier
    assert operator in ("in", "not-in", "above", "below")
    is_implied = bool(asked.subject.datatypes) and asked.subject.datatypes <= _SYSTEM_IMPLIED
    return ValueSetMatch(asked.text, asked.subject.keys, operator, values, is_system_implied=is_implied)


def _texts(asked: Asked, value: str) -> tuple[Criterion, Criterion]:
    folded = fold(value)[:MAX_STRING]
    if not folded:
        raise asked.wrong_value(value, "text")
    keys = asked.subject.keys
    all_words = (TokenMatch(asked.text, tuple(k ^ value_key(word_form(w)) for k in keys)) for w in words(folded))
    return StringMatch(asked.text, tuple(k ^ TEXT for k in keys), (folded,)), And(tuple(all_words))


def _of_type(asked: Asked, value: str) -> list[int]:
    pieces = [unescaped(piece) for piece in separated(value, "|")]
    if len(pieces) != 3 or not all(pieces[1:]):
        raise asked.wrong_value(value, "system|code|value")
    form = hashed(of_type_form(pieces[0], pieces[1], value=pieces[2]))
    return [k ^ OF_TYPE ^ form for k in asked.subject.keys]


def _with_system(asked: Asked, value: str) -> str:
    pieces = separated(value, "|")
    if len(pieces) != 2 or not all(pieces):
        raise asked.wrong_value(value, "system|code")
    return "|".join(unescaped(piece) for piece in pieces)
