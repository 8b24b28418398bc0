"""The admissions office of a hospital: whom it may know, and since when.

Who is expected at the hospital, who stands at the desk and is named in full, and who is registered there are the office's: it reaches
their administrative data (the kinds that the policies of TRE_R85 365 name), and nothing of their health. A CareTeam says so, which
the patient sees among those who reach them; it ends 30 days after the last stay.
"""

from seve.engine.admissions.authorities import authorities
from seve.engine.admissions.letting_in import ORGANIZATION_KIND, expect, leave, present, register
from seve.engine.admissions.refusals import NoOffice, NotTheOffice

__all__ = ["ORGANIZATION_KIND", "NoOffice", "NotTheOffice", "authorities", "expect", "leave", "present", "register"]
