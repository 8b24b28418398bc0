import httpx
from tests.spec.interactions.test_smoke_tmp import P, ok


async def test_ops(client: httpx.AsyncClient):
    p = await ok(await client.post("Patient", json=P))
    pid = p["id"]
    pr = await ok(
        await client.post("Practitioner", json={"resourceType": "Practitioner", "name": [{"family": "Petit"}]})
    )
    for i in range(3):
        await ok(
            await client.post(
                "Observation",
                json={
                    "resourceType": "Observation",
                    "status": "final",
                    "code": {"coding": [{"system": "http://loinc.org", "code": "1234-5"}]},
                    "subject": {"reference": f"Patient/{pid}"},
                    "performer": [{"reference": "Practitioner/" + pr["id"]}],
                    "effectiveDateTime": f"2020-01-0{i + 1}",
                },
            )
        )
    b = await ok(await client.get(f"Patient/{pid}/$everything"))
    assert len(b["entry"]) == 5, [e["resource"]["resourceType"] for e in b["entry"]]
    b = await ok(await client.get(f"Patient/{pid}/$everything?_count=2"))
    n = next(l["url"] for l in b["link"] if l["relation"] == "next")
    b2 = await ok(await client.get(n))
    assert len([e for e in b2["entry"] if e["search"]["mode"] == "match"]) == 2
    b = await ok(await client.get(f"Patient/{pid}/$everything?start=2020-01-02&_type=Observation"))
    assert len(b["entry"]) == 2
    b = await ok(await client.get(f"Observation/$lastn?patient=Patient/{pid}&max=2"))
    assert len(b["entry"]) == 2 and b["entry"][0]["resource"]["effectiveDateTime"] == "2020-01-03"
    b = await ok(await client.get(f"Patient/{pid}/$meta"))
    print(b)
    b = await ok(
        await client.post(
            f"Patient/{pid}/$meta-add",
            json={
                "resourceType": "Parameters",
                "parameter": [{"name": "meta", "valueMeta": {"tag": [{"system": "urn:t", "code": "a"}]}}],
            },
        )
    )
    assert b["parameter"][0]["valueMeta"]["tag"]
    b = await ok(await client.get("Patient/$meta"))
    assert b["parameter"][0]["valueMeta"]["tag"]
    b = await ok(await client.post("Patient/$validate", json={"resourceType": "Patient", "gender": "femme", "nom": 1}))
    assert len(b["issue"]) >= 1
    print(b)
    b = await ok(await client.post("Patient/$validate", json=P))
    print(b)
    b = await ok(await client.get("Patient/$nope"), 404)
    b = await ok(await client.get("Patient/x/$everything?foo=1"), 400)
    m = await ok(await client.get("metadata"))
    assert (await client.post("CapabilityStatement/$validate", json=m)).status_code == 200
    r = await ok(await client.post("CapabilityStatement/$validate", json=m))
    print([i for i in r["issue"] if i["severity"] == "error"][:5])
