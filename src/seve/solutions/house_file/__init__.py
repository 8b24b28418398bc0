"""The house file: documents that an organisation keeps for itself, beside the shared record, and shares by a person or by its rule. What
is in the one stays as it is whatever becomes of the other.
"""

from seve.sdk import Solution

solution = Solution(__name__)
