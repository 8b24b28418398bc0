"""Forms that do harm whatever they are called: programs, macros, the test virus."""

from __future__ import annotations

import re

from seve.fhir.signatures import signature_of
from seve.france.documents.refusals import DocumentRefused

_TEST_VIRUS = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!"
"""Enough of the test string of EICAR to know it by; all of it would make scanners take this file away."""
_PROGRAMS = frozenset(("pe", "elf", "mach-o", "script"))
_MACROS = re.compile(rb"_VBA_PROJECT|V\x00B\x00A\x00|_\x00V\x00B\x00A\x00_\x00P\x00R\x00O\x00J\x00E\x00C\x00T")
_RTF_OBJECT = re.compile(rb"\\obj(?:data|ect|emb|link|autlink|update)\b")


def check_harmless(data: bytes) -> None:
    """Raises DocumentRefused for a program, a document with macros, and the test virus anywhere in it."""
    if _TEST_VIRUS in data:
        raise DocumentRefused("test_virus")
    signature = signature_of(data)
    if signature in _PROGRAMS:
        raise DocumentRefused("executable")
    if signature == "ole" and _MACROS.search(data):
        raise DocumentRefused("macros")


def check_rtf(data: bytes) -> None:
    """Raises DocumentRefused: cut, or with an object of another program inside."""
    if not data.rstrip(b"\x00 \r\n\t").endswith(b"}"):
        raise DocumentRefused("broken", found="text/rtf")
    if _RTF_OBJECT.search(data):
        raise DocumentRefused("rtf_object")
