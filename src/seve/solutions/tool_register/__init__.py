"""The register of telehealth tools: makers declare what their tools do, cost and can prove, the officer's desk checks it, and anyone
compares what was checked, when and by whom.
"""

from seve.sdk import Solution

solution = Solution(__name__)
