"""An external thing keeps its IRI as long as its document says the same of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from ctgraph.projections.maintenance import rebuild
from tests.support.registry import Registry, certificate, ctid_number

BODY = {
    "@type": "ceterms:QACredentialOrganization",
    "ceterms:name": {"en-US": "An approving body"},
    "ceterms:description": {"en-US": "It approves."},
    "ceterms:address": {
        "@type": "ceterms:Place",
        "ceterms:addressLocality": {"en-US": "Springfield"},
    },
}
OTHER = BODY | {"ceterms:name": {"en-US": "Another approving body"}}
THINGS = """SELECT DISTINCT ?thing ?name {
  ?record ceterms:approvedBy ?thing . ?thing ceterms:name ?name } ORDER BY ?name"""

Keep = Callable[..., dict[str, str]]


@pytest.fixture
def keep(registry: Registry, client: FlaskClient) -> Keep:
    """Return a function that publishes a certificate, and returns its things' IRIs by names."""

    def keep(*bodies: dict[str, Any], **more: Any) -> dict[str, str]:
        document = certificate(1, **{"ceterms:approvedBy": list(bodies)}, **more)
        sent = client.post(registry.documents_url, json=document, headers=registry.authorization)
        assert sent.status_code in (200, 201), sent.text
        registry.project()
        return things(client)

    return keep


def things(client: FlaskClient) -> dict[str, str]:
    found = client.get("/sparql", query_string={"query": THINGS, "format": "json"}).json
    rows = found["results"]["bindings"]
    return {row["name"]["value"]: row["thing"]["value"] for row in rows}


def test_an_iri_stays_while_its_content_does(
    keep: Keep, registry: Registry, client: FlaskClient
) -> None:
    first = keep(BODY)
    (iri,) = first.values()
    assert iri.startswith(f"http://localhost:8000/.well-known/genid/{ctid_number(1)}/")
    assert keep(BODY) == first  # the same document
    turned = dict(reversed(BODY.items()))
    assert keep(turned) == first  # in another order
    both = keep(OTHER, turned, **{"ceterms:keyword": {"en-US": ["new"]}})
    assert both["An approving body"] == iri
    assert len(set(both.values())) == 2
    assert client.get(iri.removeprefix("http://localhost:8000")).status_code == 200
    rebuild(registry.settings, registry.ledger)
    assert things(client) == both


@pytest.mark.parametrize(
    "change",
    [
        {"ceterms:name": {"en-US": "A renamed body"}},
        {"ceterms:name": {"en-GB": "An approving body"}},
        {"@type": "ceterms:CredentialOrganization"},
        {"ceterms:address": {"@type": "ceterms:Place", "ceterms:postalCode": "1"}},
        {"ceterms:subjectWebpage": "https://body.example"},
    ],
)
def test_an_iri_changes_with_its_content(
    keep: Keep, client: FlaskClient, change: dict[str, Any]
) -> None:
    (before,) = keep(BODY).values()
    (after,) = keep(BODY | change).values()
    assert after != before
    gone = client.get(before.removeprefix("http://localhost:8000"))
    assert gone.status_code == 404
    assert f"/graph/{ctid_number(1)}/versions" in gone.json["detail"]
    assert client.get(after.removeprefix("http://localhost:8000")).status_code == 200
    assert list(keep(BODY).values()) == [before]  # and is the same again


def test_two_of_the_same_have_two_iris_and_keep_them(keep: Keep, client: FlaskClient) -> None:
    def iris() -> list[str]:
        found = client.get("/sparql", query_string={"query": THINGS, "format": "csv"})
        return sorted(line.partition(",")[0] for line in found.text.split("\r\n")[1:] if line)

    (single,) = keep(BODY).values()
    keep(BODY, BODY)
    assert iris() == [single, f"{single}-2"]
    keep(BODY, BODY, **{"ceterms:keyword": {"en-US": ["new"]}})
    assert iris() == [single, f"{single}-2"]
