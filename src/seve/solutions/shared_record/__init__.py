"""The shared record (DMP) and the patient's space (ENS): one place for what is known of a person's health, fed by everybody who
cares and by the person, read by the person and by whom they let in.
"""

from seve.sdk import Solution

solution = Solution(__name__)
