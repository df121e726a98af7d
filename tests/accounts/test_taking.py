"""Values of a tab, or one cost, are taken over from another record of the organization."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from ctgraph.accounts.rights import Role
from ctgraph.forms.model import form_of
from ctgraph.forms.taking import left, offered, taken
from ctgraph.identity.ctid import Ctid, canonical
from ctgraph.rdf.namespaces import Curie
from tests.support.people import Person, alert
from tests.support.registry import Registry, ctid_number, describe_college

COST: dict[str, Any] = {"@type": "ceterms:CostProfile", "ceterms:price": 120}
FEE: dict[str, Any] = {"@type": "ceterms:CostProfile", "ceterms:price": 7}
CERTIFICATE = Curie("ceterms:Certificate")
COSTS = next(tab.fields for tab in form_of(CERTIFICATE).tabs if tab.group == "costs")


def records_of(organization: Ctid) -> str:
    return f"/account/organizations/{organization}/records"


def begun(somebody: Person, organization: Ctid, **values: Any) -> Ctid:
    """Begin a certificate that says something; return its CTID."""
    led = somebody.send(records_of(organization), kind=CERTIFICATE).headers["Location"]
    path, record = f"{led}/json", canonical(led.rpartition("/")[2])
    page = somebody.see(path).text
    found = re.search(r'<textarea id="document"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert found
    assert seen
    document = orjson.loads(html.unescape(found[1]))
    document["@graph"][0] |= {f"ceterms:{name}": value for name, value in values.items()}
    answer = somebody.send(path, document=orjson.dumps(document).decode(), seen=seen[1])
    assert answer.status_code == 303, alert(answer)
    return record


def entity(registry: Registry, owner: Ctid, record: Ctid) -> dict[str, Any]:
    document = orjson.loads(registry.ledger.drafts.document(owner, record))
    first: dict[str, Any] = document["@graph"][0]
    return first


@pytest.fixture
def two(rita: Person, approved: Ctid) -> tuple[Ctid, Ctid]:
    """A record without costs, and one with two."""
    more = {"name": {"en-US": "Nursing Certificate"}, "estimatedCost": [COST, FEE]}
    bare = begun(rita, approved, name={"en-US": "Welding"}, estimatedCost=[FEE])
    return bare, begun(rita, approved, **more)


def page_of(organization: Ctid, record: Ctid, other: Ctid) -> str:
    return f"{records_of(organization)}/{record}/take?tab=costs&from={other}"


def ticked(page: str) -> dict[str, str]:
    """Return the state of the other record, as the form sends it."""
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found
    return {"seen": found[1]}


def test_one_cost_is_taken(
    rita: Person, approved: Ctid, registry: Registry, two: tuple[Ctid, Ctid]
) -> None:
    record, other = two
    form = rita.see(f"{records_of(approved)}/{record}?tab=costs").text
    assert f"/{record}/take?tab=costs" in form
    found = rita.see(f"{records_of(approved)}/{record}/take?tab=costs&words=nurs").text
    assert "Nursing Certificate" in found
    assert f"from={other}" in found
    page = page_of(approved, record, other)
    shown = rita.see(page).text
    assert "120" in shown
    assert "it is there already" in shown
    answer = rita.send(page, **ticked(shown), take=["ceterms:estimatedCost|0"])
    assert answer.headers["Location"].endswith(f"{record}?tab=costs")
    assert entity(registry, approved, record)["ceterms:estimatedCost"] == [FEE, COST]
    assert entity(registry, approved, other)["ceterms:estimatedCost"] == [COST, FEE]


def test_records_are_shown_by_their_names(rita: Person, approved: Ctid, registry: Registry) -> None:
    def address(record: Ctid) -> str:
        return f"http://localhost:8000/resources/{record}"

    drafted = begun(rita, approved, name={"en-US": "Plumbing"})
    twins = [begun(rita, approved, name={"en-US": "Twin"}) for _ in range(2)]
    describe_college(registry, ctid_number(5), "Oak College")
    condition = {
        "@type": "ceterms:ConditionProfile",
        "ceterms:targetCredential": [address(drafted)],
    }
    other = begun(
        rita,
        approved,
        name={"en-US": "Nursing"},
        offeredBy=[address(approved), address(ctid_number(5)), address(ctid_number(404))],
        requires=[condition],
        isRecommendedFor=[*map(address, twins)],
    )
    record = begun(rita, approved, name={"en-US": "Welding"})

    def shown(tab: str) -> str:
        page = f"{records_of(approved)}/{record}/take?tab={tab}&from={other}"
        return rita.see(page).text

    said = shown("basics")
    for name in ("Pine College", "Oak College", address(ctid_number(404))):
        assert re.search(rf"Offered By: {name}</label>", said, re.IGNORECASE)
    assert address(approved) not in said
    assert "Plumbing" in shown("conditions")
    assert address(drafted) not in shown("conditions")
    for twin in twins:  # their names would not tell them apart
        assert address(twin) in shown("connections")


def test_another_record_that_changed_meanwhile_is_looked_at_again(
    rita: Person, approved: Ctid, registry: Registry, two: tuple[Ctid, Ctid]
) -> None:
    record, other = two
    page = page_of(approved, record, other)
    sent = ticked(rita.see(page).text)
    back = page_of(approved, other, record)
    back = back.replace("tab=costs", "tab=basics")
    rita.send(back, **ticked(rita.see(back).text), take=["ceterms:name"])
    assert rita.send(page, **sent, take=["ceterms:estimatedCost|0"]).status_code == 409
    assert entity(registry, approved, record)["ceterms:estimatedCost"] == [FEE]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("tab=costs&from=x", 400),
        (f"tab=costs&from={ctid_number(7)}", 404),
        ("tab=nonsense", 400),
        ("tab=costs&words=no+such+words", 200),
    ],
)
def test_what_there_is_not_is_told(
    rita: Person, approved: Ctid, two: tuple[Ctid, Ctid], query: str, status: int
) -> None:
    page = f"{records_of(approved)}/{two[0]}/take?{query}"
    assert rita.see(page).status_code == status


def test_only_records_of_the_organization_are_taken_from(
    approved: Ctid, as_role: Callable[[Role | None], Person], two: tuple[Ctid, Ctid]
) -> None:
    page = page_of(approved, *two)
    assert as_role(Role.EDITOR).see(page).status_code == 200
    assert as_role(Role.VIEWER).see(page).status_code == 403
    assert as_role(None).see(page).status_code == 403


def test_values_are_added_to_lists() -> None:
    source = {
        "ceterms:estimatedCost": [COST, FEE],
        "ceterms:estimatedDuration": {"@type": "ceterms:DurationProfile", "x": 1},
    }
    target = {"ceterms:estimatedCost": FEE}
    offers = {one.key: one for one in offered(COSTS, source, target)}
    assert offers["ceterms:estimatedCost|1"].is_there
    assert not offers["ceterms:estimatedCost|0"].replaces
    assert taken(COSTS, source, target, []) == target
    found = taken(COSTS, source, target, list(offers))
    assert found["ceterms:estimatedCost"] == [FEE, COST]
    assert found["ceterms:estimatedDuration"] == [source["ceterms:estimatedDuration"]]
    assert taken(COSTS, source, found, list(offers)) == found


def test_a_text_takes_the_place_of_another_one() -> None:
    source, target = {"ceterms:name": {"en-US": "New"}}, {"ceterms:name": {"en-US": "Old"}}
    basics = form_of(CERTIFICATE).minimum
    (offer,) = offered(basics, source, target)
    assert offer.replaces
    assert taken(basics, source, target, [offer.key]) == source


def test_what_has_an_identity_stays_in_its_record() -> None:
    own = {"@type": "ceterms:CostProfile", "ceterms:ctid": ctid_number(3)}
    source = {"ceterms:estimatedCost": [own, COST, "_:b1"]}
    assert [one.key for one in offered(COSTS, source, {})] == ["ceterms:estimatedCost|1"]
    assert left(COSTS, source) == 2
