"""Admissions: the file of a stay is complete before one arrives, the desk sees who comes and what is missing, a photograph of a card tells
identity and rights and a person decides, what is left to pay is shown with its sum and paid once.
"""

from seve.sdk import Solution

solution = Solution(__name__)
