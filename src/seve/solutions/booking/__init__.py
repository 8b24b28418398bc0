"""Appointments: a patient finds a free time and takes it, moves it or gives it back; a practice keeps its agendas, its day and its
figures. A double booking is impossible, and a time that is freed is offered to who waits.
"""

from seve.sdk import Solution

solution = Solution(__name__)
