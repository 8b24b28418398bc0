"""The directory of care: anyone finds a professional, a place, a service or a free bed, without signing in; hospital staff keep the
figures of their units up to date, and professionals see who can take a patient now.
"""

from seve.sdk import Solution

solution = Solution(__name__)
