"""Campuses, departments and parents of an organization, entered by hand."""

from __future__ import annotations

import html
import re
from typing import Any

import orjson
import pytest

from ctgraph.documents import parse
from ctgraph.forms.places import place_fields, place_of
from ctgraph.identity.ctid import Ctid, canonical
from ctgraph.ledger.append import Submission, append
from tests.support.people import Person, alert
from tests.support.registry import Registry, certificate, ctid_number, describe_college

MAIN = {
    "name": "Main Campus",
    "identifier": "MAIN",
    "streetAddress": "1 Pine Street",
    "addressLocality": "Pineville",
    "addressRegion": "Oregon",
    "postalCode": "97001",
    "addressCountry": "United States",
}


def page_of(organization: Ctid) -> str:
    return f"/account/organizations/{organization}/campuses"


def seen(somebody: Person, path: str) -> str:
    found = re.search(r'name="seen"[^>]*value="(\w+)"', somebody.see(path).text)
    assert found
    return found[1]


def add_campus(somebody: Person, organization: Ctid, **fields: str) -> None:
    path = f"{page_of(organization)}/new"
    answer = somebody.send(path, seen=seen(somebody, path), **(MAIN | fields))
    assert answer.status_code == 303, alert(answer)


def name_unit(somebody: Person, organization: Ctid, **fields: str) -> str:
    """Name an organization, or begin its record; return where that leads."""
    page = page_of(organization)
    answer = somebody.send(page, to=f"{page}/units", seen=seen(somebody, page), **fields)
    assert answer.status_code == 303, alert(answer)
    return answer.headers["Location"]


def entity(registry: Registry, owner: Ctid, record: Ctid) -> dict[str, Any]:
    """Return the primary entity of a draft."""
    found: dict[str, Any] = orjson.loads(registry.ledger.drafts.document(owner, record))
    first: dict[str, Any] = found["@graph"][0]
    return first


def publish(somebody: Person, organization: Ctid, record: Ctid) -> None:
    """Publish a draft from the list of records."""
    page = f"/account/organizations/{organization}/records"
    found = re.search(rf'name="selected"[^>]*value="({record} [^"]+)"', somebody.see(page).text)
    assert found
    answer = somebody.send(page, to=f"{page}/review", selected=found[1], act="publish")
    assert "published" in answer.text.lower()


def test_campuses_are_added_changed_and_removed(
    rita: Person, approved: Ctid, registry: Registry
) -> None:
    add_campus(rita, approved)
    add_campus(rita, approved, name="Harbor", identifier="HARBOR")
    page = page_of(approved)
    shown = rita.see(page).text
    assert "Main Campus" in shown
    assert "1 Pine Street, Pineville, Oregon, 97001, United States" in shown
    assert "What you changed is a draft" in shown
    first = f"{page}/0"
    changed = MAIN | {"name": "North Campus", "addressRegion": ""}
    assert rita.send(first, seen=seen(rita, first), **changed).status_code == 303
    places = entity(registry, approved, approved)["ceterms:address"]
    assert places[0]["ceterms:name"] == {"en-US": "North Campus"}
    assert "ceterms:addressRegion" not in places[0], places[0]
    assert places[0]["ceterms:identifier"][0]["ceterms:identifierValueCode"] == "MAIN"
    assert rita.send(first, seen=seen(rita, first), remove="yes").status_code == 303
    assert [one["ceterms:name"]["en-US"] for one in place_list(registry, approved)] == ["Harbor"]
    publish(rita, approved, approved)
    public = rita.see(f"/resources/{approved}").text
    assert "Harbor" in public
    assert "1 Pine Street" in public


def place_list(registry: Registry, owner: Ctid) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = entity(registry, owner, owner)["ceterms:address"]
    return found


def test_a_department_leads_to_its_parent_and_back(
    rita: Person, approved: Ctid, registry: Registry
) -> None:
    led = name_unit(
        rita, approved, relation="ceterms:department", begin="yes", name="School of Nursing"
    )
    record = canonical(led.rpartition("/")[2])
    begun = entity(registry, approved, record)
    assert begun["ceterms:parentOrganization"] == [registry_address(approved)]
    assert begun["ceterms:agentSectorType"]
    assert "School of Nursing" in rita.see(page_of(approved)).text
    said = {
        "ceterms:description": {"en-US": "It teaches nurses in the pines."},
        "ceterms:subjectWebpage": "https://pine.example.org/nursing",
        "ceterms:email": ["nursing@pine.example.org"],
    }
    document = {
        "@context": "https://credreg.net/ctdl/schema/context/json",
        "@id": f"http://localhost:8000/graph/{record}",
        "@graph": [begun | said],
    }
    path = f"{led}/json"
    answer = rita.send(path, document=orjson.dumps(document).decode(), seen=seen(rita, path))
    assert answer.status_code == 303, alert(answer)
    publish(rita, approved, record)
    publish(rita, approved, approved)
    assert "Pine College" in rita.see(f"/resources/{record}").text
    assert "School of Nursing" in rita.see(f"/resources/{approved}").text
    assert registry.ledger.records.read(record).envelope.owner == approved


def registry_address(record: Ctid) -> str:
    return f"http://localhost:8000/resources/{record}"


def test_an_organization_of_others_is_named_by_its_ctid_or_by_words(
    rita: Person, approved: Ctid, registry: Registry
) -> None:
    other = ctid_number(5)
    describe_college(registry, other, "Oak College")
    name_unit(rita, approved, relation="ceterms:parentOrganization", record=other)
    name_unit(rita, approved, relation="ceterms:parentOrganization", record=other.upper())
    held = entity(registry, approved, approved)
    assert held["ceterms:parentOrganization"] == [registry_address(other)]
    page = page_of(approved)
    remove = {"unit": "ceterms:parentOrganization|0", "seen": seen(rita, page)}
    assert rita.send(page, to=f"{page}/units/remove", **remove).status_code == 303
    assert other not in rita.see(page).text
    registry.project()
    sent = {"relation": "ceterms:department", "record": "pine", "seen": seen(rita, page)}
    answer = rita.send(page, to=f"{page}/units", **sent)
    assert answer.status_code == 200
    assert f'value="{approved}"' in answer.text  # a radio button, to choose
    sent["record"] = "no such words"
    assert "No record has" in rita.send(page, to=f"{page}/units", **sent).text


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("/new", {}, 400),
        ("/7", MAIN, 404),
        ("/units", {"relation": "ceterms:owns", "record": ctid_number(5)}, 400),
        ("/units", {"relation": "ceterms:department", "record": "\0"}, 400),
        ("/units", {"relation": "ceterms:department", "record": ctid_number(404)}, 400),
        ("/units", {"relation": "ceterms:department", "record": ctid_number(1), "seen": "0"}, 409),
        ("/units", {"relation": "ceterms:parentOrganization", "begin": "yes", "name": "x"}, 400),
        ("/units", {"relation": "ceterms:department", "begin": "yes", "name": " "}, 400),
        ("/units/remove", {"unit": "ceterms:name|0"}, 404),
        ("/units/remove", {"unit": "ceterms:department|9"}, 404),
        ("/units/remove", {"unit": "ceterms:department|x"}, 404),
    ],
)
def test_what_cannot_be_done_is_told(
    rita: Person, approved: Ctid, registry: Registry, path: str, fields: dict[str, str], status: int
) -> None:
    page = page_of(approved)
    sent = {"seen": seen(rita, page)} | fields
    answer = rita.send(page, to=page + path, **sent)
    assert answer.status_code == status
    assert registry.ledger.drafts.of(approved) == []
    if path == "/7":
        return  # there is no such page
    assert "<h1>Campuses and departments</h1>" in answer.text or "A new campus" in answer.text
    assert alert(answer)
    for typed in (fields.get("name", "").strip(), fields.get("record", "").strip("\0")):
        assert f'value="{typed}"' in answer.text or not typed


@pytest.mark.parametrize(
    ("path", "fields", "field"),
    [
        ("/new", {"addressCountry": " "}, "name"),
        ("/new", MAIN | {"name": "Copy", "identifier": "main"}, "identifier"),
        ("/1", {"name": "Harbor", "identifier": "MAIN"}, "identifier"),
        (
            "/units",
            {"relation": "ceterms:subOrganization", "record": ctid_number(404)},
            "pick-record",
        ),
        ("/units", {"relation": "ceterms:subOrganization", "begin": "yes", "name": ""}, "name"),
    ],
)
def test_what_is_wrong_stands_beside_the_field_that_keeps_what_was_typed(
    rita: Person, approved: Ctid, path: str, fields: dict[str, str], field: str
) -> None:
    add_campus(rita, approved)
    add_campus(rita, approved, name="Harbor", identifier="HARBOR")
    page = page_of(approved)
    answer = rita.send(page, to=page + path, **{"seen": seen(rita, page)} | fields)
    assert answer.status_code == 400
    assert re.search(rf'class="problem"[^>]* id="{field}-problem"', answer.text)
    told = re.search(rf'<input[^>]*aria-describedby="[^"]*{field}-problem"[^>]*>', answer.text)
    assert told
    for name in {"name", "identifier", "record"} & fields.keys():
        assert f'value="{fields[name]}"' in answer.text
    if relation := fields.get("relation"):
        assert f'value="{relation}" selected' in answer.text


def test_the_form_of_the_organization_takes_an_identifier_once_too(
    rita: Person, approved: Ctid, registry: Registry
) -> None:
    add_campus(rita, approved)
    add_campus(rita, approved, name="Harbor", identifier="HARBOR")
    form = f"/account/organizations/{approved}/records/{approved}"
    page = rita.see(f"{form}?tab=contact").text
    codes = re.findall(r'name="([^"]+identifierValueCode\.0\.text)"[^>]* value="(\w+)"', page)
    assert [code for _, code in codes] == ["MAIN", "HARBOR"]
    base = re.search(r'name="base" value="([^"]*)"', page)
    assert base
    sent = {"base": html.unescape(base[1]), "seen": seen(rita, f"{form}?tab=contact")}
    sent |= dict(codes)
    answer = rita.send(f"{form}?tab=contact", **sent | {codes[1][0]: "main"})
    assert answer.status_code == 422
    assert "Two addresses have the identifier main" in alert(answer)
    assert f'name="{codes[1][0]}" value="main"' in answer.text
    assert rita.send(f"{form}?tab=contact", **sent | {codes[1][0]: "PORT"}).status_code == 303
    assert place_fields(place_list(registry, approved)[1])["ceterms:identifier"] == "PORT"


def test_a_new_campus_is_added_to_what_somebody_else_saved_meanwhile(
    rita: Person, approved: Ctid, registry: Registry
) -> None:
    path = f"{page_of(approved)}/new"
    old = seen(rita, path)
    add_campus(rita, approved)
    answer = rita.send(path, seen=old, name="Harbor", identifier="HARBOR")
    assert answer.status_code == 303
    assert len(place_list(registry, approved)) == 2


def test_records_that_use_an_identifier_are_told_before_it_changes(
    rita: Person, approved: Ctid, registry: Registry
) -> None:
    add_campus(rita, approved)
    page = f"{page_of(approved)}/0"
    assert "available at MAIN" not in rita.see(page).text
    place = place_list(registry, approved)[0]
    mine = registry.ledger.organizations.get(approved)
    for number in range(21, 33):
        content = certificate(number, approved, **{"ceterms:availableAt": [place]})
        document = parse(orjson.dumps(content), registry.settings)
        append(registry.ledger, [Submission(mine, document.ctid, document)], "test")
    theirs = certificate(41, **{"ceterms:availableAt": [place]})
    document = parse(orjson.dumps(theirs), registry.settings)
    append(registry.ledger, [Submission(registry.organization, document.ctid, document)], "test")
    draft = certificate(51, approved, **{"ceterms:availableAt": [place]})
    registry.ledger.drafts.save(mine, ctid_number(51), "Draft 51", orjson.dumps(draft), {}, "")
    assert "1 record is available at MAIN" in rita.see(page).text  # nothing else is queryable yet
    registry.project()
    shown = rita.see(page).text
    assert "13 records are available at MAIN" in shown
    assert f'href="/resources/{ctid_number(21)}"' in shown
    assert "and 3 more" in shown
    assert "Certificate 41" not in shown
    add_campus(rita, approved, name="Harbor", identifier="HARBOR")
    assert "are available" not in rita.see(f"{page_of(approved)}/1").text


def test_a_department_is_an_organization_that_is_here(
    rita: Person, approved: Ctid, registry: Registry
) -> None:
    mine, page = registry.ledger.organizations.get(approved), page_of(approved)
    for content in (certificate(61, approved), certificate(62, approved)):
        document = parse(orjson.dumps(content), registry.settings)
        append(registry.ledger, [Submission(mine, document.ctid, document)], "test")
    describe_college(registry, ctid_number(63), "Gone College", mine)
    append(registry.ledger, [Submission(mine, ctid_number(63), None)], "test")
    told = {
        ctid_number(61): "no organization but of the type Certificate",
        ctid_number(63): "was withdrawn",
        ctid_number(64): "There is no organization",
    }
    for record, words in told.items():
        sent = {"relation": "ceterms:department", "record": record, "seen": seen(rita, page)}
        answer = rita.send(page, to=f"{page}/units", **sent)
        assert answer.status_code == 400
        assert words in alert(answer)
    assert registry.ledger.drafts.of(approved) == []


@pytest.mark.parametrize("by_program", [False, True])
def test_a_department_that_was_discarded_is_named_no_more(
    rita: Person, approved: Ctid, registry: Registry, by_program: bool
) -> None:
    begun = {"relation": "ceterms:department", "begin": "yes"}
    led = name_unit(rita, approved, name="School of Nursing", **begun)
    kept = name_unit(rita, approved, name="School of Welding", **begun)
    record, other = (canonical(one.rpartition("/")[2]) for one in (led, kept))
    assert len(entity(registry, approved, approved)["ceterms:department"]) == 2
    if by_program:
        key = registry.ledger.organizations.add_key(approved)
        headers = {"Authorization": f"Bearer {key}"}
        assert rita.client.delete(f"/drafts/{record}", headers=headers).status_code == 204
    else:
        assert rita.send(led, to=f"{led}/discard").status_code == 303
    held = entity(registry, approved, approved)["ceterms:department"]
    assert held == [registry_address(other)]
    assert record not in rita.see(page_of(approved)).text


def test_a_department_whose_changes_are_discarded_stays_named(
    rita: Person, approved: Ctid, registry: Registry
) -> None:
    mine, record = registry.ledger.organizations.get(approved), ctid_number(65)
    describe_college(registry, record, "School of Law", mine)
    name_unit(rita, approved, relation="ceterms:department", record=record)
    form = f"/account/organizations/{approved}/records/{record}"
    assert rita.send(form, to=f"{form}/discard").status_code == 303
    held = entity(registry, approved, approved)["ceterms:department"]
    assert held == [registry_address(record)]


def test_an_organization_without_a_record_is_told(rita: Person, college: Ctid) -> None:
    assert rita.see(page_of(college)).status_code == 404


def test_other_values_of_a_place_stay() -> None:
    place = {
        "@type": "ceterms:Place",
        "ceterms:name": {"es": "Campus", "fr": "Campus"},
        "ceterms:latitude": 45.5,
        "ceterms:identifier": [
            {"@type": "ceterms:IdentifierValue", "ceterms:identifierValueCode": "A"},
            {"@type": "ceterms:IdentifierValue", "ceterms:identifierValueCode": "B"},
        ],
    }
    assert place_of(place, place_fields(place)) == place
    changed = place_of(place, place_fields(place) | {"ceterms:name": "Sede"})
    assert changed["ceterms:name"] == {"es": "Sede", "fr": "Campus"}
    less = place_of(place, place_fields(place) | {"ceterms:identifier": ""})
    assert less["ceterms:identifier"] == place["ceterms:identifier"][1:]
    assert less["ceterms:latitude"] == 45.5
