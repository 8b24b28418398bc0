"""The one door for solutions: what a package under `solutions/`, or an outside one, builds on. See docs/how-to/make-a-solution.md."""

from seve.engine.access.finding import NobodyToOpen
from seve.engine.admissions import NoOffice, NotTheOffice
from seve.engine.agendas import Alone, NotFree
from seve.engine.agendas.refusals import NoAgenda, NotTheirPart, NotTheirTime
from seve.engine.asks import Ask, AskIsOver, NotAsked, Taking, TooLate
from seve.engine.houses import AlreadyShared, Hindrance, NoHouse, NotCurrent, NotShared, NotTheirRule, Standing
from seve.engine.identity.principal import MAKER
from seve.engine.pictures import PictureRefused, codes_in
from seve.engine.rights.people import Person
from seve.fhir.subscriptions.notifications import Told
from seve.sdk import kit, wording
from seve.sdk.chores import Chores, Job
from seve.sdk.events import Event
from seve.sdk.manifest import Manifest, ManifestWrong, Role
from seve.sdk.records import Change, Found, Records
from seve.sdk.refusals import Changed, NoPrinter, NotForYou, NotFound, Undeclared
from seve.sdk.sockets import Channel, Full, Heard, Present, Rooms, Said, Socket
from seve.sdk.solution import Answer, Device, Page, Solution
from seve.sdk.visit import Again, Document, Paper, Shown, To, View, Visit, Visitor
from seve.sdk.whereabouts import Whereabouts, whereabouts
from seve.sdk.whose import Whose, whose
from seve.store.access.indexing import NotQualified
from seve.store.access.openings import RecordNotOpen
from seve.store.agendas import Free, Wanted
from seve.web.signin.forms import Form
from seve.web.uploads import Sent

__all__ = [
    "MAKER",
    "Again",
    "Alone",
    "AlreadyShared",
    "Answer",
    "Ask",
    "AskIsOver",
    "Change",
    "Changed",
    "Channel",
    "Chores",
    "Device",
    "Document",
    "Event",
    "Form",
    "Found",
    "Free",
    "Full",
    "Heard",
    "Hindrance",
    "Job",
    "Manifest",
    "ManifestWrong",
    "NoAgenda",
    "NoHouse",
    "NoOffice",
    "NoPrinter",
    "NobodyToOpen",
    "NotAsked",
    "NotCurrent",
    "NotForYou",
    "NotFound",
    "NotFree",
    "NotQualified",
    "NotShared",
    "NotTheOffice",
    "NotTheirPart",
    "NotTheirRule",
    "NotTheirTime",
    "Page",
    "Paper",
    "Person",
    "PictureRefused",
    "Present",
    "RecordNotOpen",
    "Records",
    "Role",
    "Rooms",
    "Said",
    "Sent",
    "Shown",
    "Socket",
    "Solution",
    "Standing",
    "Taking",
    "To",
    "Told",
    "TooLate",
    "Undeclared",
    "View",
    "Visit",
    "Visitor",
    "Wanted",
    "Whereabouts",
    "Whose",
    "codes_in",
    "kit",
    "whereabouts",
    "whose",
    "wording",
]
