"""In whose name an organization may publish."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from ctgraph.cli import main
from tests.support.paths import DATA
from tests.support.registry import Registry, certificate
from tests.support.statements import BASE, OWN, THEIRS, A, B


def owned(*owners: str, **more: Any) -> dict[str, Any]:
    return certificate(**{"ceterms:ownedBy": [f"{BASE}/resources/{o}" for o in owners], **more})


def in_full(document: dict[str, Any]) -> dict[str, Any]:
    """Spell the property of the owner in full."""
    node = document["@graph"][0]
    rest = {key: value for key, value in node.items() if key != "ceterms:ownedBy"}
    return document | {"@graph": [rest | {FULL: node["ceterms:ownedBy"]}]}


ALIAS = f"https://credentialengineregistry.org/resources/{B.upper()}"
FULL = "https://purl.org/ctdl/terms/ownedBy"
NAMING = {
    "B": (owned(B), "/@graph/0/ceterms:ownedBy/0"),
    "A and B": (owned(A, B), "/@graph/0/ceterms:ownedBy/1"),
    "no list": (owned(**{"ceterms:ownedBy": f"{BASE}/resources/{B}"}), "/@graph/0/ceterms:ownedBy"),
    "lists in lists": (owned(**{"ceterms:ownedBy": [[ALIAS]]}), "/@graph/0/ceterms:ownedBy/0/0"),
    "a reference": (owned(**{"ceterms:ownedBy": [{"@id": ALIAS}]}), "/@graph/0/ceterms:ownedBy/0"),
    "the IRI of the property": (
        in_full(owned(B)),
        "/@graph/0/" + FULL.replace("/", "~1") + "/0",
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
    registry.ledger.organizations.add("Other College", B)
    whole, pointer = NAMING[who]
    body = orjson.dumps(whole)
    for data, prefix in ((body, ""), (b'{"decoded_resource": %s}' % body, "/decoded_resource")):
        answer = client.post(registry.documents_url, data=data, headers=registry.authorization)
        assert answer.status_code == 403, answer.text
        [problem] = answer.json["problems"]
        assert problem["pointer"] == prefix + pointer
        assert problem["remedy"]
    assert registry.ledger.changes.last_sequence() == 0
    file = tmp_path / "a.json"
    file.write_bytes(body)
    ran = CliRunner().invoke(
        main,
        ["publish", str(file), "--owner", A],
        env={"CTGRAPH_HOME": str(registry.settings.home)},
    )
    assert ran.exit_code == 0, ran.stderr  # the operator vouches for it


def test_a_part_is_not_anothers_either(client: FlaskClient, registry: Registry) -> None:
    registry.ledger.organizations.add("Other College", B)
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
    registry.ledger.organizations.add("Other College", B)
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
