"""Care by video, voice or messages: waiting room, identity and consent, the call itself, what is shared in it, and the note that
stays in the record.
"""

from seve.sdk import Solution

solution = Solution(__name__)
