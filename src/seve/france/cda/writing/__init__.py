"""CDA documents written: a header, then sections with their entries (level 3) or a file (level 1).

A header is a `Cda` without sections and body. What it must have by the CI-SIS and has not is refused (CdaWrong, `missing`).
"""

from seve.france.cda.writing.files import write_file
from seve.france.cda.writing.notes import CONCLUSION, EXAMINATION, HISTORY, PLAN, REASON, Part, write_note
from seve.france.cda.writing.summaries import Allergy, Problem, Summary, Treatment, write_summary

__all__ = [
    "CONCLUSION",
    "EXAMINATION",
    "HISTORY",
    "PLAN",
    "REASON",
    "Allergy",
    "Part",
    "Problem",
    "Summary",
    "Treatment",
    "write_file",
    "write_note",
    "write_summary",
]
