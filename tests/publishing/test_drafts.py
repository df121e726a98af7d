"""Drafts: kept for the organization that works on them, and shown to nobody else."""

from __future__ import annotations

import threading
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from alembic import command
from click.testing import CliRunner
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctgraph.cli import main
from ctgraph.ledger import Ledger, drafts
from ctgraph.ledger.database import Database
from ctgraph.ledger.revision import migrations
from ctgraph.ledger.values import Organization, now
from ctgraph.settings import load_settings
from ctgraph.web import create_app
from tests.support.registry import Registry, certificate, ctid_number

PATHWAY = ctid_number(1)
ADDRESS = f"/drafts/{PATHWAY}"
DRAFT = (
    b'{ "@graph": [{"@type": "ceterms:Pathway", "ceterms:name": {"en-US": "Secret ladder"},\n'
    b'"x": 1.10, "x": 2, "\\u00e9": null}] }  '
)
"""Not published like this, but saved like this."""


def listed(client: FlaskClient, registry: Registry) -> list[dict[str, Any]]:
    answer = client.get("/drafts", headers=registry.authorization)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    found: list[dict[str, Any]] = answer.json["drafts"]
    return found


def save(
    client: FlaskClient, registry: Registry, body: bytes = DRAFT, address: str = ADDRESS
) -> int:
    return client.put(address, data=body, headers=registry.authorization).status_code


def another(registry: Registry) -> Registry:
    """Return the registry as another organization sees it."""
    other = registry.ledger.organizations.add("Other College", ctid_number(9))
    key = registry.ledger.organizations.add_key(other.ctid)
    return Registry(registry.settings, registry.ledger, other, key)


def test_a_draft_comes_back_byte_by_byte(client: FlaskClient, registry: Registry) -> None:
    assert listed(client, registry) == []
    assert save(client, registry) == 204
    answer = client.get(ADDRESS, headers=registry.authorization)
    assert answer.data == DRAFT
    assert answer.mimetype == "application/ld+json"
    assert answer.headers["Cache-Control"] == "no-store"
    [one] = listed(client, registry)
    assert (one["ctid"], one["name"]) == (PATHWAY, "Secret ladder")
    renamed = b'{"ceterms:name": "Other"}'
    assert save(client, registry, renamed, f"/drafts/{PATHWAY.upper()}") == 204
    [changed] = listed(client, registry)
    assert changed["name"] == "Other"
    assert changed["updated"] > one["updated"]
    assert client.head(ADDRESS, headers=registry.authorization).status_code == 200
    assert client.delete(ADDRESS, headers=registry.authorization).status_code == 204
    for gone in (client.get, client.delete):
        answer = gone(ADDRESS, headers=registry.authorization)
        assert answer.status_code == 404
        assert f"You have no draft {PATHWAY}" in answer.json["detail"]


def test_the_newest_draft_is_the_first(client: FlaskClient, registry: Registry) -> None:
    for number in (3, 1, 2):
        assert save(client, registry, b"{}", f"/drafts/{ctid_number(number)}") == 204
    assert [one["ctid"] for one in listed(client, registry)] == [*map(ctid_number, (2, 1, 3))]
    assert {one["name"] for one in listed(client, registry)} == {""}


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ctg_00000000_x", "Basic YTpi", "Bearer \xe9", "Bearer _"],
)
def test_without_a_key_nothing_is_told(
    client: FlaskClient, registry: Registry, method: str, authorization: str
) -> None:
    assert save(client, registry) == 204
    headers = {"Authorization": authorization} if authorization else {}
    for path in (ADDRESS, *(["/drafts", "/account"] if method == "GET" else ["/drafts/nonsense"])):
        answer = client.open(path, method=method, data=b"{}", headers=headers)
        assert answer.status_code == 401
        assert "Bearer" in answer.headers["WWW-Authenticate"]
        assert "Secret" not in answer.text
    assert client.get(ADDRESS, headers=registry.authorization).data == DRAFT


def test_an_organization_sees_its_own_drafts_only(client: FlaskClient, registry: Registry) -> None:
    other = another(registry)
    assert save(client, registry) == 204
    assert listed(client, other) == []
    for method in (client.get, client.delete):
        assert method(ADDRESS, headers=other.authorization).status_code == 404
    assert save(client, other, b'{"mine": true}') == 204
    assert client.get(ADDRESS, headers=registry.authorization).data == DRAFT
    assert client.delete(ADDRESS, headers=other.authorization).status_code == 204
    assert client.get(ADDRESS, headers=registry.authorization).data == DRAFT
    second = registry.ledger.organizations.add_key(registry.organization.ctid)
    headers = {"Authorization": f"Token {second}"}
    assert client.get(ADDRESS, headers=headers).data == DRAFT


def test_a_revoked_key_opens_nothing(client: FlaskClient, registry: Registry) -> None:
    account = client.get("/account", headers=registry.authorization)
    assert account.json == {"organization": ctid_number(0), "name": "Test College"}
    assert account.headers["Cache-Control"] == "no-store"
    assert save(client, registry) == 204
    registry.ledger.organizations.revoke_key(registry.key.split("_")[1])
    for path in ("/account", "/drafts", ADDRESS):
        answer = client.get(path, headers=registry.authorization)
        assert answer.status_code == 401
        assert "revoked" in answer.json["detail"]
    assert save(client, registry) == 401
    assert client.delete(ADDRESS, headers=registry.authorization).status_code == 401


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "is not JSON"),
        (b"\xff{}", "is not UTF-8"),
        (b'{"a": NaN}', "must be finite"),
        (b'{"a": "\\ud800"}', "half of a surrogate pair"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[]", "The draft is not a JSON object"),
        (b"null", "The draft is not a JSON object"),
        (b'"text"', "The draft is not a JSON object"),
        (b"<a/>", "is not JSON"),
    ],
)
def test_what_is_no_draft_is_told(
    client: FlaskClient, registry: Registry, body: bytes, words: str
) -> None:
    answer = client.put(ADDRESS, data=body, headers=registry.authorization)
    assert answer.status_code == 422
    assert words in answer.json["detail"]
    assert listed(client, registry) == []


def test_a_request_without_a_document_says_so(client: FlaskClient, registry: Registry) -> None:
    headers = registry.authorization
    for answer in (
        client.put(ADDRESS, headers=headers),
        client.post(registry.documents_url, headers=headers),
        client.post("/validate?format=json", content_type="application/ld+json"),
    ):
        assert answer.status_code == 400
        assert answer.json["type"].endswith("problem-no-document")


def test_a_draft_needs_a_ctid(client: FlaskClient, registry: Registry) -> None:
    for method in ("GET", "PUT", "DELETE"):
        answer = client.open(
            "/drafts/mine", method=method, data=b"{}", headers=registry.authorization
        )
        assert answer.status_code == 400
        assert "'mine' is not a CTID" in answer.json["detail"]
    assert client.post(ADDRESS, headers=registry.authorization).status_code == 405


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["@graph", "@type", "ceterms:name", "ceasn:name", "en", "\0"]), inner
        )
    ),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=st.dictionaries(st.sampled_from(["@graph", "ceterms:name", "x"]), json_values))
def test_any_object_is_a_draft(
    client: FlaskClient, registry: Registry, value: dict[str, Any]
) -> None:
    body = orjson.dumps(value)
    assert save(client, registry, body) == 204
    assert client.get(ADDRESS, headers=registry.authorization).data == body
    [one] = listed(client, registry)
    assert isinstance(one["name"], str)
    assert "\0" not in one["name"]


def test_a_draft_may_be_as_large_as_a_document(make_registry: Callable[..., Registry]) -> None:
    registry = make_registry(max_document_bytes=1000)
    client = create_app(registry.settings).test_client()
    largest = b'{"x": "' + b"y" * 991 + b'"}'
    assert len(largest) == 1000
    assert save(client, registry, largest) == 204
    for body in (b'{"x": "' + b"y" * 992 + b'"}', b'{"x": "' + b"y" * 2_000_000 + b'"}'):
        answer = client.put(ADDRESS, data=body, headers=registry.authorization)
        assert answer.status_code == 413
        assert "1,000 " in answer.json["detail"]
    assert client.get(ADDRESS, headers=registry.authorization).data == largest


def test_an_organization_keeps_so_many(
    client: FlaskClient, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert drafts.MAX_DRAFTS == 200
    monkeypatch.setattr(drafts, "MAX_DRAFTS", 3)
    for number in (1, 2, 3):
        assert save(client, registry, DRAFT, f"/drafts/{ctid_number(number)}") == 204
    fourth = f"/drafts/{ctid_number(4)}"
    answer = client.put(fourth, data=DRAFT, headers=registry.authorization)
    assert answer.status_code == 409
    assert "You have 3 drafts" in answer.json["detail"]
    assert save(client, registry, b'{"changed": 1}') == 204
    assert client.get(ADDRESS, headers=registry.authorization).data == b'{"changed": 1}'
    assert save(client, another(registry), DRAFT, fourth) == 204
    assert client.delete(ADDRESS, headers=registry.authorization).status_code == 204
    assert save(client, registry, DRAFT, fourth) == 204


def test_drafts_are_in_no_public_answer(client: FlaskClient, registry: Registry) -> None:
    published = orjson.dumps(certificate(2))
    answer = client.post(registry.documents_url, data=published, headers=registry.authorization)
    assert answer.status_code == 201
    ask = orjson.dumps(
        {
            **certificate(
                1,
                **{
                    "ceterms:name": {"en": "Secret ladder"},
                    "ceterms:isPreparationFor": [
                        {
                            "@type": "ceterms:ConditionProfile",
                            "ceterms:targetCredential": [
                                f"http://localhost:8000/resources/{ctid_number(2)}"
                            ],
                        }
                    ],
                },
            )
        }
    )
    assert save(client, registry, ask) == 204
    assert save(client, registry, ask, f"/drafts/{ctid_number(2)}") == 204
    registry.project()
    gone = [
        f"/resources/{PATHWAY}/versions",
        f"/pathways/{PATHWAY}/structure",
        *(
            f"/{kind}/{PATHWAY}"
            for kind in ("resources", "graph", "envelopes", "links", "pathways")
        ),
    ]
    assert {client.get(path).status_code for path in gone} == {404}
    everything = "SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
    for path in (
        "/",
        "/records",
        "/pathways",
        "/pathways?q=secret&format=html",
        "/void",
        "/pathways/search?q=secret",
        f"/pathways/{ctid_number(2)}/preceding?depth=10",
        f"/resources/{ctid_number(2)}",
        f"/resources/{ctid_number(2)}/versions",
        f"/sparql?query={everything}",
    ):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert "Secret" not in answer.text, path
        assert PATHWAY not in answer.text, path
    assert len(registry.ledger.changes.after(0, 10)) == 1


# Ledgers of every kind and age


def test_an_older_ledger_is_brought_up_to_date(tmp_path: Path) -> None:
    config = load_settings(home=tmp_path)
    (tmp_path / "ledger.sqlite").touch()
    older = Ledger(Database(config.ledger_url))
    older_tables = migrations()
    with older.database.writing() as connection:
        older_tables.attributes["connection"] = connection
        command.upgrade(older_tables, "0001")
    organization = Organization(ctid_number(0), "Old College", now())
    key = f"ctg_00000001_{'x' * 43}"
    with older.database.writing() as connection:  # as it was kept then, without scopes
        connection.exec_driver_sql(
            "INSERT INTO organization (ceterms_ctid, name, created_at) VALUES (?, ?, ?)",
            (organization.ctid, organization.name, organization.created_at),
        )
        connection.exec_driver_sql(
            "INSERT INTO api_key (id, organization, digest, created_at) VALUES (?, ?, ?, ?)",
            (key[4:12], organization.ctid, sha256(key.encode()).hexdigest(), now()),
        )
    assert "draft" not in sa.inspect(older.database.engine).get_table_names()
    environment = {"CTGRAPH_HOME": str(tmp_path)}
    refused = CliRunner().invoke(main, ["org", "list"], env=environment)
    assert refused.exit_code == 1
    assert "ctgraph init" in refused.stderr
    for _ in range(2):
        assert CliRunner().invoke(main, ["init"], env=environment).exit_code == 0
    registry = Registry(config, Ledger.of(config), organization, key)
    assert save(create_app(config).test_client(), registry) == 204


def test_drafts_on_postgresql(on_postgresql: Registry) -> None:
    client = create_app(on_postgresql.settings).test_client()
    test_a_draft_comes_back_byte_by_byte(client, on_postgresql)
    test_an_organization_sees_its_own_drafts_only(client, on_postgresql)
    with_nul = orjson.dumps({"ceterms:name": "Null \0 and void"})
    assert save(client, on_postgresql, with_nul) == 204
    assert client.get(ADDRESS, headers=on_postgresql.authorization).data == with_nul
    assert listed(client, on_postgresql)[0]["name"] == "Null  and void"


def saved_at_once(registry: Registry) -> set[int]:
    """Save one draft from several threads; return the statuses."""
    app = create_app(registry.settings)
    statuses: list[int] = []

    def work(number: int) -> None:
        client = app.test_client()
        for _ in range(15):
            statuses.append(save(client, registry, b'{"from": %d}' % number))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(listed(app.test_client(), registry)) == 1
    return set(statuses)


def test_two_tabs_may_save_at_once(registry: Registry) -> None:
    assert saved_at_once(registry) == {204}


def test_two_tabs_may_save_at_once_on_postgresql(on_postgresql: Registry) -> None:
    assert saved_at_once(on_postgresql) == {204}
