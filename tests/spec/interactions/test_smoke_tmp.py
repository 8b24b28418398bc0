import httpx, pytest
P = {"resourceType": "Patient", "name": [{"family": "Durand", "given": ["Zoé"]}], "gender": "female", "birthDate":"1980-02-03", "identifier":[{"system":"urn:x","value":"1"}]}
async def ok(r, *codes):
    assert r.status_code in (codes or (200,201,204)), (r.status_code, r.text[:800])
    return r.json() if r.content else None
async def test_smoke(client: httpx.AsyncClient):
    p = await ok(await client.post("Patient", json=P))
    pid=p["id"]
    u = await ok(await client.put(f"Patient/{pid}", json={**p,"gender":"male"}, headers={"If-Match":'W/"1"'}))
    assert u["meta"]["versionId"]=="2"
    await ok(await client.put(f"Patient/{pid}", json={**p,"gender":"male"}, headers={"If-Match":'W/"1"'}), 412)
    await ok(await client.get(f"Patient/{pid}/_history/1"))
    h=await ok(await client.get(f"Patient/{pid}/_history")); assert len(h["entry"])==2
    await ok(await client.get(f"_history?_count=1")); 
    await ok(await client.patch(f"Patient/{pid}", json=[{"op":"replace","path":"/gender","value":"other"}], headers={"content-type":"application/json-patch+json"}))
    await ok(await client.patch(f"Patient/{pid}", json={"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"replace"},{"name":"path","valueString":"Patient.birthDate"},{"name":"value","valueDate":"1990-01-01"}]}]}, headers={"content-type":"application/fhir+json"}))
    r=await client.patch(f"Patient/{pid}", content='<diff xmlns:f="http://hl7.org/fhir"><replace sel="f:Patient/f:gender/@value">female</replace></diff>', headers={"content-type":"application/xml-patch+xml"}); await ok(r)
    assert r.json()["gender"]=="female" and r.json()["birthDate"]=="1990-01-01"
    r=await client.post("Patient", json=P, headers={"If-None-Exist":"identifier=urn:x|1"}); assert r.status_code==200, r.text
    o={"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"1234-5"}]},"subject":{"reference":f"Patient/{pid}"},"effectiveDateTime":"2020-01-02T03:04:05Z","valueQuantity":{"value":5.40,"unit":"mg","system":"http://unitsofmeasure.org","code":"mg"}}
    ob=await ok(await client.post("Observation", json=o))
    raw=(await client.get(f"Observation/{ob['id']}")).text; pass
    for q,n in {"code=1234-5":1,"code=http://loinc.org|1234-5":1,"code=x":0,f"subject=Patient/{pid}":1,f"patient={pid}":1,"patient.name=durand":1,"patient.name=dupont":0,"date=2020-01-02":1,"date=gt2020-01-02":0,"date=ge2020":1,"value-quantity=5.4|http://unitsofmeasure.org|mg":1,"value-quantity=0.0054|http://unitsofmeasure.org|g":1,"value-quantity=gt5":1,"value-quantity=gt6":0,"code-value-quantity=1234-5$gt5":1,"code:not=1234-5":0,"code:missing=true":0,"status=final,amended":1,"_sort=-date":1,"_sort=date,-code":1,"subject:Patient.birthdate=1990":1,"_lastUpdated=ge2020":1,"_lastUpdated=lt2020":0, "_id="+ob["id"]:1,"_content=mg":1,"_has:Provenance:target:agent=x":0,"_filter=code eq 1234-5 and date ge 2019":1}.items():
        b=await ok(await client.get("Observation?"+q)); assert len(b.get("entry",[]))==n,(q,b)
    for q,n in {"name=zoe":1,"name:exact=Zoé":1,"name:contains=uran":1,"family:contains=ran":1,"_has:Observation:patient:code=1234-5":1,"_has:Observation:patient:code=1":0,"birthdate=lt2000":1,"gender:not=female":0,"_sort=family":1,"_revinclude=Observation:subject":2,"_summary=true":1,"_elements=name":1,"identifier=urn:x|":1,"organization:missing=true":1}.items():
        b=await ok(await client.get("Patient?"+q)); assert len(b.get("entry",[]))==n,(q,b)
    b=await ok(await client.get("Observation?_include=Observation:subject")); assert len(b["entry"])==2
    b=await ok(await client.get(f"Patient/{pid}/Observation")); assert len(b["entry"])==1
    b=await ok(await client.get(f"Patient/{pid}/*")); assert len(b["entry"])==2
    b=await ok(await client.get("?_type=Patient,Observation")); assert len(b["entry"])==2
    await ok(await client.get("Patient?nam=x"),400)
    b=await ok(await client.get("Patient?nam=x",headers={"Prefer":"handling=lenient"})); print(b)
    b=await ok(await client.post("Patient/_search",data={"name":"zoe"})); assert len(b["entry"])==1
    t={"resourceType":"Bundle","type":"transaction","entry":[{"fullUrl":"urn:uuid:1e6d9d4c-7a53-4b8e-8d3b-0d0f5a3f0001","resource":P,"request":{"method":"POST","url":"Patient"}},{"resource":{**o,"subject":{"reference":"urn:uuid:1e6d9d4c-7a53-4b8e-8d3b-0d0f5a3f0001"}},"request":{"method":"POST","url":"Observation"}},{"request":{"method":"GET","url":"Observation?code=1234-5"}}]}
    b=await ok(await client.post("",json=t)); assert len(b["entry"])==3; assert len(b["entry"][2]["resource"]["entry"])==2
    t={"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Patient/nope"}},{"request":{"method":"GET","url":"Patient?name=zoe"}}]}
    b=await ok(await client.post("",json=t)); assert [e["response"]["status"] for e in b["entry"]]==["404","200"]
    m=await ok(await client.get("metadata")); assert m["fhirVersion"]=="4.0.1"
    x=await client.get(f"Patient/{pid}?_format=xml"); assert x.text.startswith("<"), x.text
    for i in range(25): await ok(await client.post("Patient", json={**P,"name":[{"family":f"N{i:02}"}]}))
    ids=[];url="Patient?_count=10"
    while url:
        b=await ok(await client.get(url)); ids+=[e["resource"]["id"] for e in b["entry"]]
        url=next((l["url"] for l in b["link"] if l["relation"]=="next"),None)
        await ok(await client.post("Patient", json=P))
    assert len(ids)==len(set(ids))==27, len(ids)
    ids=[];url="Patient?_count=10&_sort=family"
    while url:
        b=await ok(await client.get(url)); ids+=[e["resource"]["name"][0]["family"] for e in b["entry"]]
        url=next((l["url"] for l in b["link"] if l["relation"]=="next"),None)
    assert ids==sorted(ids), ids
    r=await client.delete(f"Observation/{ob['id']}"); assert r.status_code==204
    assert (await client.get(f"Observation/{ob['id']}")).status_code==410
    b=await ok(await client.get("Observation?code=1234-5")); assert len(b["entry"])==1
    await ok(await client.delete("Observation?code=1234-5"),204)
    b=await ok(await client.get("Observation?code=1234-5&_total=accurate")); assert b["total"]==0
