"""Ready-made queries leave nothing out: names in any language, and sides that are missing."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient

from ctgraph.documents import parse
from ctgraph.errors import CtgraphError
from ctgraph.ledger.append import Submission, append
from ctgraph.web import create_app
from tests.support.paths import ROOT
from tests.support.registry import Registry, certificate, ctid_number, publish
from tests.support.sample import BASE

NAMES = sorted(file.stem for file in (ROOT / "queries").glob("*.rq"))
ABSENT = f"{BASE}/resources/{ctid_number(999)}"
OWNER = f"{BASE}/resources/{ctid_number(0)}"


def address(number: int) -> str:
    return f"{BASE}/resources/{ctid_number(number)}"


def record(number: int, kind: str, **more: Any) -> dict[str, Any]:
    """Return a document that says no more than its class and what is given; ``__`` is a colon."""
    node = {
        "@type": kind,
        "@id": address(number),
        "ceterms:ctid": ctid_number(number),
        **{key.replace("__", ":"): value for key, value in more.items()},
    }
    context = "https://credreg.net/ctdlasn/schema/context/json"
    return {"@context": context, "@id": f"{BASE}/graph/{ctid_number(number)}", "@graph": [node]}


GERMAN = {"de": "Gesellenbrief"}
MANY = {"fr": "Brevet", "de": "Gesellenbrief", "en-GB": "Journeyman", "en-US": "Trade certificate"}
COST = {"@type": "ceterms:CostProfile", "ceterms:price": 10}
NEEDS = {"@type": "ceterms:ConditionProfile", "ceterms:targetCredential": [ABSENT]}
DOCUMENTS = [
    certificate(1, **{"ceterms:name": GERMAN, "ceterms:estimatedCost": [COST]}),
    certificate(2, **{"ceterms:name": "Untagged", "ceterms:estimatedCost": [COST]}),
    certificate(3, **{"ceterms:name": MANY, "ceterms:estimatedCost": [COST]}),
    certificate(4, ABSENT[-39:], **{"ceterms:estimatedCost": [COST], "ceterms:requires": [NEEDS]}),
    certificate(5, **{"ceterms:name": {"fr": "Brevet", "de": "Brevet"}}),
    record(10, "ceasn:CompetencyFramework", ceasn__name=GERMAN, ceasn__publisher=[ABSENT]),
    record(11, "ceasn:CompetencyFramework", ceasn__name=MANY),
    record(20, "ceterms:TransferValueProfile", ceterms__name=GERMAN),
    record(
        21,
        "ceterms:TransferValueProfile",
        ceterms__name="Untagged",
        ceterms__transferValueFrom=[address(1), ABSENT],
    ),
    record(30, "ceterms:Course", ceterms__name=GERMAN, ceterms__teaches=[ABSENT]),
    record(40, "ceterms:Pathway", ceterms__name=GERMAN),
    record(50, "ceterms:License", ceterms__name=GERMAN),
]


@pytest.fixture(scope="module")
def asked(module_registry: Registry) -> FlaskClient:
    registry = module_registry
    owner = registry.organization
    documents = [parse(orjson.dumps(one), registry.settings) for one in DOCUMENTS]
    for outcome in append(
        registry.ledger, [Submission(owner, d.ctid, d) for d in documents], "test"
    ):
        assert not isinstance(outcome, CtgraphError)
    registry.project()
    return create_app(registry.settings).test_client()


def rows(client: FlaskClient, name: str, *columns: str, **given: str) -> list[tuple[str, ...]]:
    """Return some columns of the answer to a query; what is unbound is empty."""
    response = client.get(f"/queries/{name}", query_string={"format": "json", **given})
    assert response.status_code == 200, response.text
    found: Any = response.json
    return [
        tuple(row.get(column, {}).get("value", "") for column in columns)
        for row in found["results"]["bindings"]
    ]


def test_names_in_any_language_and_one_row_each(asked: FlaskClient) -> None:
    """English comes first, then what has no tag, then any language."""
    assert sorted(rows(asked, "affordable-credentials", "credential", "name", "provider")) == [
        (address(1), "Gesellenbrief", OWNER),
        (address(2), "Untagged", OWNER),
        (address(3), "Journeyman", OWNER),
        (address(4), "Certificate 4", ABSENT),
    ]
    assert len(rows(asked, "changed-records", "record")) == len(DOCUMENTS)
    assert (address(5), "Brevet") in rows(asked, "changed-records", "record", "name")


def test_names_keep_their_language(asked: FlaskClient) -> None:
    found: Any = asked.get("/queries/affordable-credentials?format=json").json
    tags = [row["name"].get("xml:lang", "") for row in found["results"]["bindings"]]
    assert sorted(tags) == ["", "de", "en-gb", "en-us"]


def test_sides_that_are_missing(asked: FlaskClient) -> None:
    assert sorted(rows(asked, "transfer-values", "profile", "name", "from", "to")) == [
        (address(20), "Gesellenbrief", "", ""),
        (address(21), "Untagged", "Gesellenbrief", ""),
        (address(21), "Untagged", ABSENT, ""),
    ]
    framework = ("framework", "name", "publisher", "competencies")
    assert sorted(rows(asked, "framework-competencies", *framework)) == [
        (address(10), "Gesellenbrief", ABSENT, "0"),
        (address(11), "Journeyman", "", "0"),
    ]
    assert rows(asked, "transfer-partners", "from", "to", "profiles") == [
        ("", "", "1"),
        (OWNER, "", "1"),
    ]
    assert rows(asked, "competencies-taught", "name", "competency") == [("Gesellenbrief", ABSENT)]
    assert rows(asked, "pathway-components", "pathway", "component") == [(address(40), "")]
    assert rows(asked, "licenses-and-their-requirements", "license", "requirement") == [
        (address(50), "")
    ]
    required = ("credential", "requiredName", "provider")
    assert rows(asked, "required-credentials", *required) == [(address(4), ABSENT, "")]
    assert rows(asked, "what-precedes", "before", "name", after=ctid_number(4)) == [(ABSENT, "")]
    levels = rows(asked, "credentials-by-provider-and-level", "provider", "level", "credentials")
    assert sorted(levels) == [("", "", "1"), (OWNER, "", "4"), (ABSENT, "", "1")]


def test_classes_and_properties_have_labels(asked: FlaskClient) -> None:
    assert set(rows(asked, "records-by-class", "label", "records")) == {
        ("Certificate", "5"),
        ("Competency Framework", "2"),
        ("Transfer Value Profile", "2"),
        ("Course", "1"),
        ("Pathway", "1"),
        ("License", "1"),
    }
    assert ("Owned By", ABSENT) in rows(asked, "dead-links", "label", "target", organization=OWNER)


@pytest.mark.parametrize("name", NAMES)
def test_queries_run_over_an_empty_registry(
    name: str, client: FlaskClient, registry: Registry
) -> None:
    registry.project()
    assert rows(client, name) == []


def test_pages_of_changes_give_every_version_once_while_more_arrive(
    registry: Registry, client: FlaskClient
) -> None:
    """More versions than a page has, many of them of one moment, and new ones between two pages."""
    publish(registry, range(1, 1004), "first")
    registry.project()
    seen: list[int] = []
    new = 0
    while page := rows(client, "changes-since", "sequence", since=str(max(seen, default=0))):
        seen += [int(sequence) for (sequence,) in page]
        if new < 2:
            new += 1
            publish(registry, range(1, 3), f"new {new}")
            registry.project()
    assert seen == list(range(1, 1008))
