"""Nobody publishes in the name of others; what they say of a record is shown as theirs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from ctgraph.cli import main
from ctgraph.web import create_app
from tests.support.paths import DATA
from tests.support.registry import Registry, certificate, ctid_number

BASE = "http://localhost:8000"
OWN, THEIRS, B = ctid_number(1), ctid_number(700), ctid_number(9)


def owned(*owners: str, **more: Any) -> dict[str, Any]:
    return certificate(**{"ceterms:ownedBy": [f"{BASE}/resources/{o}" for o in owners], **more})


A = ctid_number(0)
ALIAS = f"https://credentialengineregistry.org/resources/{B.upper()}"
FULL = "https://purl.org/ctdl/terms/ownedBy"
NAMING = {
    "B": (owned(B), "/@graph/0/ceterms:ownedBy/0"),
    "A and B": (owned(A, B), "/@graph/0/ceterms:ownedBy/1"),
    "no list": (owned(**{"ceterms:ownedBy": f"{BASE}/resources/{B}"}), "/@graph/0/ceterms:ownedBy"),
    "lists in lists": (owned(**{"ceterms:ownedBy": [[ALIAS]]}), "/@graph/0/ceterms:ownedBy/0/0"),
    "a reference": (owned(**{"ceterms:ownedBy": [{"@id": ALIAS}]}), "/@graph/0/ceterms:ownedBy/0"),
    "the IRI of the property": (
        owned(A, **{FULL: {"@id": ALIAS}}),
        "/@graph/0/" + FULL.replace("/", "~1"),
    ),
    **{
        f"B at {address}": (owned(A, address), "/@graph/0/ceterms:ownedBy/1")
        for address in (
            f"{BASE}/resources/{B}?x",
            f"{BASE}/records?owner={B}",
            f"http://localhost.:8000/resources/{B}",
            f"{BASE}/resources/%63e-{B[3:]}",
            f"{BASE}/resources/{B}/versions/1",
            f"{BASE}//resources/{B}#x",
        )
    },
    "offered by B": (
        owned(**{"ceterms:ownedBy": [], "ceterms:offeredBy": [ALIAS]}),
        "/@graph/0/ceterms:offeredBy/0",
    ),
    "offered by nobody here": (
        owned(**{"ceterms:ownedBy": [], "ceterms:offeredBy": [f"{BASE}/resources/{THEIRS}"]}),
        "/@graph/0/ceterms:offeredBy/0",
    ),
}


@pytest.mark.parametrize("who", NAMING)
def test_nobody_publishes_in_anothers_name(
    client: FlaskClient, registry: Registry, tmp_path: Path, who: str
) -> None:
    registry.ledger.add_organization("Other College", B)
    whole, pointer = NAMING[who]
    body = orjson.dumps(whole)
    for data, prefix in ((body, ""), (b'{"decoded_resource": %s}' % body, "/decoded_resource")):
        answer = client.post(registry.documents_url, data=data, headers=registry.authorization)
        assert answer.status_code == 403, answer.text
        [problem] = answer.json["problems"]
        assert problem["pointer"] == prefix + pointer
        assert problem["remedy"]
    assert registry.ledger.last_sequence() == 0
    file = tmp_path / "a.json"
    file.write_bytes(body)
    ran = CliRunner().invoke(
        main,
        ["publish", str(file), "--owner", A],
        env={"CTGRAPH_HOME": str(registry.settings.home)},
    )
    assert ran.exit_code == 0, ran.stderr  # the operator vouches for it


def test_a_part_is_not_anothers_either(client: FlaskClient, registry: Registry) -> None:
    registry.ledger.add_organization("Other College", B)
    part = {
        "@type": "ceterms:CredentialComponent",
        "ceterms:ctid": THEIRS,
        "ceterms:name": {"en": "Step"},
        "ceterms:ownedBy": [ALIAS],
        "ceterms:isPartOf": f"{BASE}/resources/{OWN}",
    }
    whole = certificate()
    whole["@graph"] += [part]
    answer = client.post(
        registry.documents_url, data=orjson.dumps(whole), headers=registry.authorization
    )
    assert answer.status_code in (403, 422)
    if answer.status_code == 403:
        assert answer.json["problems"][0]["pointer"] == "/@graph/1/ceterms:ownedBy/0"


def test_owners_elsewhere_and_references_stay(client: FlaskClient, registry: Registry) -> None:
    registry.ledger.add_organization("Other College", B)
    elsewhere = {
        "@type": "ceterms:Certificate",
        "ceterms:name": {"en": "Theirs"},
        "ceterms:subjectWebpage": "https://example.org/theirs",
        "ceterms:ownedBy": [ALIAS],
    }
    for whole in (
        owned(A, **{"ceterms:isPreparationFor": [elsewhere]}),
        owned(A, **{"ceterms:offeredBy": [ALIAS], "ceterms:accreditedBy": [ALIAS]}),
    ):
        answer = client.post(
            registry.documents_url, data=orjson.dumps(whole), headers=registry.authorization
        )
        assert answer.status_code == 201, answer.text


def test_the_sample_data_says_nothing_of_others() -> None:
    ran = CliRunner().invoke(main, ["validate", str(DATA), "--format", "github"])
    assert "not this document's to describe" not in ran.output


# What others say


def action(number: int, agent: str, about: str, **more: Any) -> dict[str, Any]:
    record = ctid_number(number)
    return {
        "@context": "https://credreg.net/ctdl/schema/context/json",
        "@id": f"{BASE}/graph/{record}",
        "@graph": [
            {
                "@type": "ceterms:AccreditAction",
                "ceterms:ctid": record,
                "@id": f"{BASE}/resources/{record}",
                "ceterms:name": {"en": f"Accreditation {number}"},
                "ceterms:description": {"en": "The certificate meets our standard."},
                "ceterms:actingAgent": [f"{BASE}/resources/{agent}"],
                "ceterms:object": f"{BASE}/resources/{about}",
                "ceterms:actionStatusType": {
                    "@type": "ceterms:CredentialAlignmentObject",
                    "ceterms:framework": "https://credreg.net/ctdl/terms/ActionStatus",
                    "ceterms:targetNode": "actionStat:CompletedActionStatus",
                    "ceterms:targetNodeName": {"en": "Completed"},
                },
                **more,
            }
        ],
    }


def test_what_others_say_is_on_the_page_with_who_says_it(registry: Registry) -> None:
    b = registry.ledger.add_organization("Accreditation <Agency>", B)
    headers = {"Authorization": f"Bearer {registry.ledger.add_key(B)}"}
    client = create_app(registry.settings).test_client()

    def post(whole: dict[str, Any], who: str = B) -> Any:
        keys = headers if who == B else registry.authorization
        return client.post(
            f"/resources/organizations/{who}/documents", data=orjson.dumps(whole), headers=keys
        )

    def page() -> str:
        answer = client.get(f"/resources/{OWN}", headers={"Accept": "text/html"})
        assert answer.status_code == 200
        return answer.text

    assert post(certificate(), A).status_code == 201
    assert "What others say" not in page()  # there is no store yet: the page comes all the same
    answer = post(action(50, B, OWN))
    assert answer.status_code == 201, answer.text
    assert post(action(51, A, OWN), A).status_code == 201  # one's own is not what others say
    for agent in (A, THEIRS):
        refused = post(action(52, agent, OWN))
        assert refused.status_code == 403, refused.text
        assert refused.json["problems"][0]["pointer"] == "/@graph/0/ceterms:actingAgent/0"
    both = [f"{BASE}/resources/{B}", f"{BASE}/resources/{A}"]
    assert post(action(52, B, OWN, **{"ceterms:actingAgent": both})).status_code == 403
    registry.project()
    html = page()
    assert "What others say" in html
    assert "Accreditation 51" not in html
    assert f'href="/records?owner={B}"' in html
    assert f'href="/resources/{ctid_number(50)}"' in html
    assert "Accreditation &lt;Agency&gt;" in html
    assert "Accredit Action" in html
    assert "Completed" in html
    version = client.get(f"/resources/{OWN}/versions/1", headers={"Accept": "text/html"})
    assert "What others say" not in version.text  # that page never changes
    asked = f"SELECT ?by {{ ?a ceterms:object <{BASE}/resources/{OWN}> ; ceterms:actingAgent ?by }}"
    answer = client.get("/sparql", query_string={"query": asked, "format": "csv"})
    assert B in answer.text
    for number in range(100, 160):
        assert post(action(number, B, OWN)).status_code == 201
    registry.project()
    assert page().count(f'<a href="/records?owner={b.ctid}">Accreditation') == 50
    assert "and more" in page()
