"""The territory in a store: nothing of it is refused, and who cares for somebody reaches their record."""

from tests.store.loads import loaded

from seve.engine.engine import Engine
from seve.fhir.access.reaches import PURPOSES
from seve.fhir.codec import encode_json
from seve.fhir.search.keys import value_key
from seve.main.loading.chunks import Document
from seve.territory.generating import Terms, around, record
from seve.territory.personas import known

TERMS = Terms("store")
TREAT, OWN = PURPOSES["TREAT"], PURPOSES["PATRQT"]


async def reaches(engine: Engine, patient: str, reader: str, purpose: int) -> bool:
    found = await engine.database.pool.fetchval(
        "SELECT bool_or(opens) FROM reach WHERE patient = $1 AND reader = $2 AND purpose = $3",
        value_key(f"Patient/{patient}"),
        value_key(reader),
        purpose,
    )
    return bool(found)


async def test_nothing_is_refused_and_the_stories_hold(engine: Engine, postgres_url: str) -> None:
    people = [*known(TERMS), *(record(TERMS, number) for number in range(4))]
    resources = [*around(TERMS), *(resource for one in people for resource in one.resources)]
    data = b"\n".join(map(encode_json, resources))
    outcome = await loaded(postgres_url, Document("territory.ndjson", "ndjson", data, len(data)))
    assert outcome.refused == []
    assert outcome.counts.created == len(resources)
    karim, laurent = "PractitionerRole/demo-dr-karim-liberal", "PractitionerRole/demo-dr-laurent-hopital"
    assert await reaches(engine, "demo-jeanne", karim, TREAT)
    assert not await reaches(engine, "demo-jeanne", laurent, TREAT)
    assert await reaches(engine, "demo-henri", laurent, TREAT)
    assert await reaches(engine, "demo-sami", "RelatedPerson/demo-nadia-mere", OWN)
    assert await reaches(engine, "demo-marcel", "RelatedPerson/demo-marcel-aidant", OWN)
    assert not await reaches(engine, "demo-jeanne", "Organization/demo-pharmacie", TREAT)
