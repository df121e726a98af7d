"""Records over time (RFC 7089), and ``as-of`` on every dereference."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ctgraph.harvest.links import http_time
from tests.support.history import Filled
from tests.support.ownership import X, competency, framework, published
from tests.support.registry import Registry, ctid_number

ONE, TWO = ctid_number(1), ctid_number(2)
BASE = "http://localhost:8000"
FIRST = "Sat, 10 Jan 2026 12:00:00 GMT"
SECOND = "Tue, 10 Feb 2026 12:00:00 GMT"
LAST = "Tue, 10 Mar 2026 12:00:00 GMT"


@pytest.fixture(scope="module")
def client(history: Filled) -> FlaskClient:
    return history.client


def links(answer: TestResponse) -> dict[str, tuple[str, str]]:
    """Return the targets and times of the links of an answer, by each of their relations."""
    found = re.findall(r'<([^>]+)>; rel="([^"]+)"([^<]*)', answer.headers.get("Link", answer.text))
    return {
        rel: (href, (re.search(r'datetime="([^"]+)"', more) or ["", ""])[1])
        for href, rels, more in found
        for rel in rels.split()
    }


def keyword(answer: TestResponse) -> Any:
    content = answer.get_json(force=True)
    return content.get("@graph", [content])[0]["ceterms:keyword"]["en"]


@pytest.mark.parametrize("kind", ["resources", "graph"])
@pytest.mark.parametrize(
    ("asked", "number"),
    [
        (None, 3),
        ("Thu, 01 Jan 2026 00:00:00 GMT", 1),
        ("Mon, 01 Jan 0900 00:00:00 GMT", 1),
        (FIRST, 1),
        ("Tue, 10 Feb 2026 11:59:59 GMT", 1),
        (SECOND, 2),
        ("Mon, 09 Mar 2026 00:00:00 GMT", 2),
        ("Fri, 01 Jan 2100 00:00:00 GMT", 3),
    ],
)
def test_a_timegate_leads_to_the_version_of_that_time(
    client: FlaskClient, kind: str, asked: str | None, number: int
) -> None:
    headers = {"Accept-Datetime": asked} if asked else {}
    answer = client.get(f"/timegate/{BASE}/{kind}/{ONE}", headers=headers)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{BASE}/{kind}/{ONE}/versions/{number}"
    assert "accept-datetime" in answer.headers["Vary"]
    assert "Memento-Datetime" not in answer.headers
    found = links(answer)
    assert found["original"][0] == f"{BASE}/{kind}/{ONE}"
    assert found["first"] == (f"{BASE}/{kind}/{ONE}/versions/1", FIRST)
    assert found["last"] == (f"{BASE}/{kind}/{ONE}/versions/3", LAST)
    assert found["timemap"][0] == f"{BASE}/timemap/{BASE}/{kind}/{ONE}"


@pytest.mark.parametrize(
    "uri",
    [
        f"resources/{ONE}",
        ONE,
        f"http:/localhost:8000/resources/{ONE}",
        f"https://credentialengineregistry.org/resources/{ONE.upper()}",
        f"http%3A%2F%2Flocalhost%3A8000%2Fresources%2F{ONE}",
    ],
)
def test_a_record_is_named_in_any_spelling(client: FlaskClient, uri: str) -> None:
    answer = client.get(f"/timegate/{uri}")
    assert answer.headers["Location"] == f"{BASE}/resources/{ONE}/versions/3"


@pytest.mark.parametrize(
    ("address", "status"),
    [
        (f"resources/{ctid_number(9)}", 404),
        ("https://www.example.org/x", 404),
        ("records/1/2", 404),
        ("resources/ce-1", 400),
    ],
)
@pytest.mark.parametrize("kind", ["timegate", "timemap"])
def test_what_is_no_record_has_no_timegate(
    client: FlaskClient, kind: str, address: str, status: int
) -> None:
    assert client.get(f"/{kind}/{address}").status_code == status


@pytest.mark.parametrize("date", ["yesterday", "2026-01-10", "Sat, 10 Jan 2026 12:00:00 CET", "0"])
def test_a_date_that_is_none_is_refused(client: FlaskClient, date: str) -> None:
    answer = client.get(f"/timegate/resources/{ONE}", headers={"Accept-Datetime": date})
    assert answer.status_code == 400
    assert "Accept-Datetime" in answer.json["detail"]


def test_a_version_says_when_it_was_made_and_what_lies_around_it(client: FlaskClient) -> None:
    answer = client.get(f"/resources/{ONE}/versions/2")
    assert answer.headers["Memento-Datetime"] == SECOND
    found = links(answer)
    assert found["original"][0] == f"{BASE}/resources/{ONE}"
    assert found["timegate"][0] == f"{BASE}/timegate/{BASE}/resources/{ONE}"
    numbers = {rel: found[rel][0][-1] for rel in ("first", "prev")}
    assert numbers == {"first": "1", "prev": "1"}
    assert "immutable" in answer.headers["Cache-Control"]
    for rel in ("next", "last", "author", "type"):
        assert rel not in found, "another version, or owner, would make it a lie for ever"
    page = client.get(f"/graph/{ONE}/versions/2", headers={"Accept": "text/html"})
    assert page.headers["Memento-Datetime"] == SECOND


@pytest.mark.parametrize("accept", ["application/ld+json", "text/turtle", "text/html"])
def test_the_original_names_its_timegate_and_does_not_vary_by_time(
    client: FlaskClient, accept: str
) -> None:
    answer = client.get(f"/graph/{ONE}", headers={"Accept": accept, "Accept-Datetime": FIRST})
    assert answer.status_code == 200
    assert links(answer)["timegate"][0] == f"{BASE}/timegate/{BASE}/graph/{ONE}"
    assert "datetime" not in answer.headers["Vary"].lower()
    assert "Memento-Datetime" not in answer.headers


def test_a_withdrawal_is_a_memento(client: FlaskClient) -> None:
    answer = client.get(f"/resources/{TWO}/versions/2")
    assert answer.status_code == 410
    assert answer.headers["Memento-Datetime"] == "Fri, 20 Feb 2026 12:00:00 GMT"
    assert links(answer)["prev"][0] == f"{BASE}/resources/{TWO}/versions/1"


def test_a_timemap_lists_all_versions(client: FlaskClient) -> None:
    answer = client.get(f"/timemap/{BASE}/resources/{ONE}")
    assert answer.content_type == "application/link-format"
    lines = answer.text.strip().split(",\n")
    listed = re.findall(r'versions/(\d)>; rel="([a-z ]*)"; datetime="([^"]*)"', answer.text)
    assert listed == [
        ("1", "first memento", FIRST),
        ("2", "memento", SECOND),
        ("3", "last memento", LAST),
    ]
    assert len(lines) == 3 + len(listed)
    [own] = [line for line in lines if 'rel="self"' in line]
    assert own.endswith(f'; type="application/link-format"; from="{FIRST}"; until="{LAST}"')
    found = client.get(f"/timemap/resources/{ONE}?format=json").json
    assert found["original_uri"] == f"{BASE}/resources/{ONE}"
    assert [one["uri"][-1] for one in found["mementos"]["list"]] == ["1", "2", "3"]
    assert found["mementos"]["last"] == found["mementos"]["list"][-1]


def test_a_long_timemap_has_pages(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctgraph.harvest.memento.MAX_MEMENTOS", 2)
    path, seen = f"/timemap/resources/{ONE}?format=json", []
    pages = 0
    while path:
        page = client.get(path).json
        seen += [one["uri"][-1] for one in page["mementos"]["list"]]
        pages += 1
        path = page["next"] and page["next"].removeprefix(BASE)
    assert (pages, seen) == (2, ["1", "2", "3"])
    first = client.get(f"/timemap/resources/{ONE}")
    [own] = re.findall('rel="self".*', first.text)
    assert own.endswith(f'from="{FIRST}"; until="{SECOND}",')
    [following] = re.findall(r'<(\S+)>; rel="timemap"; (.*),', first.text)
    assert following[1] == f'type="application/link-format"; from="{LAST}"; until="{LAST}"'
    [own] = re.findall('rel="self".*', client.get(following[0].removeprefix(BASE)).text)
    assert own.endswith(f'from="{LAST}"; until="{LAST}",')
    tags = []
    for most in (3, 2):  # a page that is full, and one that has a successor
        monkeypatch.setattr("ctgraph.harvest.memento.MAX_MEMENTOS", most)
        answer = client.get(f"/timemap/resources/{ONE}")
        assert answer.headers["Last-Modified"] == "Tue, 10 Mar 2026 12:00:01 GMT"
        tags.append(answer.headers["ETag"])
    assert tags[0] != tags[1]
    assert client.get(f"/timemap/resources/{ONE}?after=3").status_code == 200
    assert client.get(f"/timemap/resources/{ONE}?after=1000").status_code == 404
    assert client.get(f"/timemap/resources/{ONE}?after=-1").status_code == 400


@pytest.mark.parametrize("name", ["as-of", "asOf"])
@pytest.mark.parametrize("kind", ["resources", "graph"])
@pytest.mark.parametrize(
    ("moment", "text"),
    [
        ("2026-01-10", "one"),
        ("2026-02-10T12:00:00Z", "one"),
        ("2026-02-10T12:00:00.500Z", "two"),
        ("2026-02-10T13:00:01%2B01:00", "two"),
        ("2026-02-10", "two"),
        ("2026-11-01", "three"),
    ],
)
def test_a_record_is_read_as_it_stood(
    client: FlaskClient, name: str, kind: str, moment: str, text: str
) -> None:
    answer = client.get(f"/{kind}/{ONE}?{name}={moment}")
    assert answer.status_code == 200
    assert keyword(answer) == [text]
    number = ["one", "two", "three"].index(text) + 1
    assert answer.headers["Content-Location"] == f"{BASE}/{kind}/{ONE}/versions/{number}"
    assert answer.headers["Memento-Datetime"] == [FIRST, SECOND, LAST][number - 1]
    assert "immutable" not in answer.headers["Cache-Control"]
    assert f'"{text}"' in client.get(f"/{kind}/{ONE}.ttl?{name}={moment}").text


@pytest.mark.parametrize("kind", ["resources", "graph", "envelopes"])
@pytest.mark.parametrize(
    ("record", "moment", "status"),
    [
        (ONE, "2026-01-09", 404),
        (TWO, "2026-02-20", 410),
        (TWO, "2026-03-01T00:00:00Z", 410),
        (TWO, "2026-01-20", 200),
        (TWO, "2026-03-20", 200),
        (ONE, "2100-01-01", 400),
        (ONE, "January", 400),
        (ctid_number(9), "2026-01-20", 404),
    ],
)
def test_a_record_is_absent_before_it_came_and_after_it_went(
    client: FlaskClient, kind: str, record: str, moment: str, status: int
) -> None:
    for extension in ("", ".ttl", ".html"):
        answer = client.get(f"/{kind}/{record}{extension}?as-of={moment}")
        assert answer.status_code == status, extension


def test_two_moments_are_refused(client: FlaskClient) -> None:
    answer = client.get(f"/graph/{ONE}?as-of=2026-01-10&asOf=2026-02-10")
    assert answer.status_code == 400


def test_an_envelope_is_read_as_it_stood(client: FlaskClient) -> None:
    found = client.get(f"/envelopes/{ONE}?as-of=2026-02-11").json
    assert found["version"] == 2
    assert found["updated_at"] == "2026-02-10T12:00:00.500000Z"
    assert found["decoded_resource"]["@graph"][0]["ceterms:keyword"]["en"] == ["two"]
    assert (
        found["node_headers"]["resource_digest"]
        in client.get(f"/envelopes/{ONE}.ttl?as-of=2026-02-11").text
    )
    assert found["node_headers"]["created_at"] == "2026-01-10T12:00:00.500000Z"
    again = client.get(f"/envelopes/{TWO}?as-of=2026-01-21").json
    assert again["node_headers"]["deleted_at"] is None


@pytest.fixture(scope="module")
def moved(module_registry: Registry, module_client: FlaskClient) -> list[str]:
    """When a part was held by one document, by none, and by another one."""
    for document in (framework(1, competency(X)), framework(1), framework(2, competency(X))):
        published(module_client, module_registry, document)
    changes = module_registry.ledger.changes.after(0, 10)
    return [change.modified for change in changes]


def test_a_part_that_two_documents_held_has_mementos_of_its_own(
    module_client: FlaskClient, moved: list[str]
) -> None:
    asked = f"/timegate/resources/{X}"
    listed = module_client.get(f"/timemap/resources/{X}?format=json").json["mementos"]["list"]
    assert [one["datetime"] for one in listed] == [moved[0], moved[2]]
    for moment, found in (("2001-01-01", moved[0]), ("2999-01-01", moved[2])):
        day = f"{date.fromisoformat(moment):%a, %d %b %Y} 12:00:00 GMT"
        led = module_client.get(asked, headers={"Accept-Datetime": day})
        memento = module_client.get(led.location, headers={"Accept": "application/ld+json"})
        assert memento.status_code == 200, memento.text
        assert led.location.removeprefix("http://localhost:8000") in {
            one["uri"].removeprefix("http://localhost:8000") for one in listed
        }
        assert links(memento)["original"] == links(led)["original"]
        assert links(memento)["original"][0].endswith(f"/resources/{X}")
        assert memento.headers["Memento-Datetime"] == http_time(found)


def test_a_part_is_absent_while_no_document_holds_it(
    module_client: FlaskClient, moved: list[str]
) -> None:
    assert module_client.get(f"/resources/{X}?as-of={moved[0]}").status_code == 200
    assert module_client.get(f"/resources/{X}?as-of={moved[1]}").status_code == 404
    assert module_client.get(f"/resources/{X}?as-of={moved[2]}").status_code == 200
