"""The list of the records of an organization, narrowed by state, class and name."""

from __future__ import annotations

import re

import pytest

from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.portfolio import Wanted
from tests.support.people import Person
from tests.support.registry import Registry, ctid_number, publish


@pytest.fixture
def listed(rita: Person, registry: Registry) -> str:
    """The list of the registry's organization, of which Rita is a member; it has 60 records."""
    publish(registry, range(1, 61), "text")
    with registry.ledger.database.writing() as connection:
        found = registry.ledger.people.with_email(connection, rita.email)
        assert found
        owner = registry.organization.ctid
        registry.ledger.applications.admit(connection, owner, found[0].id, "administrator")
    return f"/account/organizations/{owner}/records"


def names(page: str) -> list[str]:
    """Return the names of the records that a list links to."""
    return re.findall(r'records/ce-[^"]*">([^<]+)</a>', page)


def test_the_list_has_pages(rita: Person, listed: str) -> None:
    first = rita.see(listed).text
    following = re.search(r'href="([^"]+after=[^"]+)"', first)
    assert following
    second = rita.see(following[1].replace("&amp;", "&")).text
    assert names(first) == [f"Certificate {number}" for number in range(1, 51)]
    assert names(second) == [f"Certificate {number}" for number in range(51, 61)]
    assert "Next page" not in second


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("words=60", ["Certificate 60"]),
        ("words=CERT+7&state=published", [f"Certificate {n}" for n in (7, 17, 27, 37, 47, 57)]),
        ("words=%25", []),
        ("kind=ceterms:Badge", []),
        ("kind=ceterms:Certificate&words=13", ["Certificate 13"]),
        ("state=draft", []),
        ("state=withdrawn", []),
    ],
)
def test_the_list_is_narrowed(rita: Person, listed: str, query: str, found: list[str]) -> None:
    assert names(rita.see(f"{listed}?{query}").text) == found


def test_each_record_has_one_state(rita: Person, listed: str, registry: Registry) -> None:
    path = f"{listed}/{ctid_number(3)}"
    document = registry.ledger.records.read(ctid_number(3)).canonical
    changed = document.replace(b"Certificate 3", b"Another name").decode()
    seen = re.findall(r'name="seen" value="(\w+)"', rita.see(f"{path}/json").text)[0]
    assert rita.send(f"{path}/json", document=changed, seen=seen).status_code == 303
    rita.send(f"{listed}/{ctid_number(4)}", to=f"{listed}/{ctid_number(4)}/withdraw")
    assert names(rita.see(f"{listed}?state=changed").text) == ["Another name"]
    page = rita.see(f"{listed}?state=withdrawn").text
    assert "Certificate 4" in page
    assert "Certificate 5" not in page
    published = names(rita.see(f"{listed}?state=published").text)
    assert {"Certificate 3", "Another name", "Certificate 4"}.isdisjoint(published)
    assert len(published) == 50


@pytest.mark.parametrize("query", ["state=nonsense", "after=x"])
def test_an_unknown_filter_is_refused(rita: Person, listed: str, query: str) -> None:
    assert rita.see(f"{listed}?{query}").status_code == 400


def test_the_counts_are_those_of_the_list(rita: Person, listed: str, registry: Registry) -> None:
    rita.send(f"{listed}/{ctid_number(4)}", to=f"{listed}/{ctid_number(4)}/withdraw")
    portfolio, owner = registry.ledger.portfolio, Ctid(registry.organization.ctid)
    assert portfolio.kinds(owner) == {"ceterms:Certificate": 59}
    assert portfolio.withdrawn_count(owner) == 1
    assert len(portfolio.published(owner, Wanted(), 100)) == 59
