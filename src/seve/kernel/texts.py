"""Sentences by key, in French and English, from `strings/<language>.toml` of each package.

A key is `<package>.<section>.<name>`; the file is `seve/<package>/strings/<language>.toml`, the entry `[section] name`.
Texts carry `{named}` places; a place that is not given stays visible rather than failing a refusal on its way out.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Literal, TypeAlias

Language: TypeAlias = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = ("fr", "en")


class _Places(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


@cache
def catalogue(package: str, language: Language) -> Mapping[str, str]:
    """All sentences of one package in one language, by the key without its package."""
    file = resources.files("seve").joinpath(*package.split("/"), "strings", f"{language}.toml")
    sections = tomllib.loads(file.read_text(encoding="utf-8"))
    return {f"{section}.{name}": text for section, entries in sections.items() for name, text in entries.items()}


def text(key: str, fields: Mapping[str, object], language: Language = "en") -> str:
    """The sentence for `key` with its places filled.

    Raises KeyError when the catalogue has no such key: a missing sentence is a bug that a test finds.
    """
    package, _, name = key.partition(".")
    return catalogue(package, language)[name].format_map(_Places(fields))
