"""Care at home: what is needed after a stay in hospital is asked of the nearest professionals who still have time, in turn or at once.
The first to accept has it, and who asked sees how it stands.
"""

from seve.sdk import Solution

solution = Solution(__name__)
