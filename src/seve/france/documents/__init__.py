"""Files that people bring: what they are by their bytes, what is refused and why, and what a registry says of them.

Pure, and no antivirus: it knows forms that do harm, not the programs of the day.
"""

from seve.france.documents.brought import Content, looked_at
from seve.france.documents.inspecting import LARGEST_BYTES, inspect
from seve.france.documents.kinds import ACCEPTED, Format, Kind
from seve.france.documents.refusals import DocumentRefused, NoFile, SomebodyElse

__all__ = [
    "ACCEPTED",
    "LARGEST_BYTES",
    "Content",
    "DocumentRefused",
    "Format",
    "Kind",
    "NoFile",
    "SomebodyElse",
    "inspect",
    "looked_at",
]
