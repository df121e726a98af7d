"""What the address of a version means once parts have moved, in new and in older ledgers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import sqlalchemy as sa
from flask.testing import FlaskClient

from ctgraph.documents import parse
from ctgraph.ledger import Ledger
from ctgraph.ledger.append import Submission, append
from ctgraph.ledger.values import pack, unpack
from ctgraph.web import create_app
from tests.support.older_ledger import drop_newer
from tests.support.ownership import (
    BASE,
    B,
    X,
    competency,
    framework,
    other,
    published,
    sent,
    withdrawn,
)
from tests.support.registry import Registry, certificate, ctid_number


def content(client: FlaskClient, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json


def moved(client: FlaskClient, registry: Registry) -> None:
    """Move X through documents of its owner; no version's address changes what it says."""

    def part(text: str) -> dict[str, Any]:
        return competency(X, **{"ceasn:comment": {"en": text}})

    seen: dict[str, Any] = {}

    def publish(document: dict[str, Any]) -> None:
        published(client, registry, document)
        remember()

    def remember() -> None:
        for number in range(1, 7):
            for kind in ("resources", "graph"):
                path = f"/{kind}/{X}/versions/{number}"
                answer = client.get(path)
                immutable = "immutable" in answer.headers.get("Cache-Control", "")
                if answer.status_code == 200 and immutable:
                    assert seen.setdefault(path, answer.data) == answer.data
                elif kind == "resources":
                    assert path not in seen
        for version in client.get(f"/resources/{X}/versions").json["versions"]:
            answer = client.get(version["url"].removeprefix(BASE))
            if version["event"] == "withdraw":
                assert answer.status_code == 410
                continue
            assert answer.status_code == 200, version
            content = answer.get_json()
            if "@graph" in content:
                assert content["@graph"][0]["ceterms:ctid"] == version["document"]
            else:
                assert content["ceterms:ctid"] == X
            assert seen.setdefault(version["url"], answer.data) == answer.data

    publish(framework(1, part("one")))
    publish(framework(1, part("two")))
    publish(framework(1))
    publish(framework(2, part("three")))
    publish(framework(2, part("four"), competency(ctid_number(701))))
    withdrawn(client, registry, ctid_number(2))
    remember()
    publish(certificate(700, **{"ceterms:keyword": {"en": "five"}}))
    publish(certificate(700, **{"ceterms:keyword": {"en": "six"}}))
    withdrawn(client, registry, X)
    publish(framework(1, part("seven")))
    assert content(client, f"/resources/{X}")["ceasn:comment"] == {"en": "seven"}
    for number, text in ((1, "one"), (2, "two")):
        assert content(client, f"/resources/{X}/versions/{number}")["ceasn:comment"]["en"] == text
    listed = content(client, f"/resources/{X}/versions")["versions"]
    assert {one["document"] for one in listed} == {ctid_number(1), ctid_number(2), X}
    assert len(listed) == 4 + 3 + 3
    html = client.get(f"/resources/{X}/versions", headers={"Accept": "text/html"}).text
    assert all(
        f'href="/graph/{one["document"]}/versions/{one["number"]}"' in html
        for one in listed
        if one["event"] == "publish"
    )


def test_a_version_keeps_its_document(client: FlaskClient, registry: Registry) -> None:
    moved(client, registry)


def test_a_version_keeps_its_document_on_postgresql(on_postgresql: Registry) -> None:
    moved(create_app(on_postgresql.settings).test_client(), on_postgresql)


def test_parts_that_stay_are_not_written_again(registry: Registry) -> None:
    written: list[tuple[str, int]] = []

    @sa.event.listens_for(registry.ledger.database.engine, "before_cursor_execute")
    def count(_: Any, __: Any, statement: str, parameters: Any, ___: Any, many: bool) -> None:
        if not statement.startswith("SELECT"):
            written.append((statement, len(parameters) if many else 1))

    def publish(*parts: int, text: str = "") -> int:
        document = framework(1, *(competency(ctid_number(n)) for n in parts))
        document["@graph"][0]["ceasn:name"]["en"] += text
        written.clear()
        parsed = parse(orjson.dumps(document), registry.settings)
        append(registry.ledger, [Submission(registry.organization, parsed.ctid, parsed)], "key")
        return sum(
            rows for statement, rows in written if "entity" in statement or "holding" in statement
        )

    assert publish(*range(100, 400)) == 301 + 300
    assert publish(*range(100, 400), text=" changed") == 0
    assert publish(*range(101, 401), text=" changed") == 2 + 2


# Older ledgers


def aged(registry: Registry, tables: Callable[[], None]) -> None:
    """Bring the tables of a registry back to what they were, change them, and upgrade again."""
    with registry.ledger.database.writing() as connection:
        drop_newer(connection, "0005")
        connection.exec_driver_sql("DROP TABLE registry")
        connection.exec_driver_sql("DROP TABLE holding")
        connection.exec_driver_sql("DROP INDEX current_of_type")
        connection.exec_driver_sql("DROP INDEX current_of_owner")
        for statement in (
            "CREATE TABLE older AS SELECT ceterms_ctid, envelope, type, current FROM entity",
            "DROP TABLE entity",
            "CREATE TABLE entity (ceterms_ctid VARCHAR(39) NOT NULL PRIMARY KEY, envelope "
            "VARCHAR(39) NOT NULL REFERENCES envelope (ceterms_ctid), type TEXT NOT NULL, "
            "current BOOLEAN NOT NULL)",
            "CREATE INDEX ix_entity_envelope ON entity (envelope)",
            "INSERT INTO entity SELECT * FROM older",
            "DROP TABLE older",
            "UPDATE alembic_version SET version_num = '0002'",
        ):
            connection.exec_driver_sql(statement)
    tables()
    Ledger.initialise(registry.settings)


def upgraded(client: FlaskClient, registry: Registry) -> None:
    b = other(registry)
    published(client, b, certificate(700, B))
    withdrawn(client, b, X)
    published(client, registry, framework(1, competency(ctid_number(701))))
    published(client, registry, framework(1, competency(ctid_number(702))))
    # What was possible once: parts with the CTIDs of a withdrawn record and of an account.
    taken = framework(3, competency(ctid_number(800)), competency(ctid_number(801)))
    published(client, registry, taken)

    def take() -> None:
        with registry.ledger.database.writing() as connection:
            which = {"ctid": ctid_number(3)}
            kept = connection.scalar(
                sa.text("SELECT canonical FROM version WHERE ceterms_ctid = :ctid"), which
            )
            changed = unpack(kept, ctid_number(3), 1).replace(ctid_number(800).encode(), X.encode())
            changed = changed.replace(ctid_number(801).encode(), B.encode())
            connection.execute(
                sa.text("UPDATE version SET canonical = :new WHERE ceterms_ctid = :ctid"),
                which | {"new": pack(changed)},
            )
            for old, new in ((ctid_number(800), X), (ctid_number(801), B)):
                connection.execute(
                    sa.text("DELETE FROM entity WHERE ceterms_ctid = :new"), {"new": new}
                )
                connection.execute(
                    sa.text("UPDATE entity SET ceterms_ctid = :new WHERE ceterms_ctid = :old"),
                    {"new": new, "old": old},
                )

    aged(registry, take)
    assert client.get(f"/resources/{X}").status_code == 410
    assert "ceterms:Certificate" in client.get(f"/resources/{X}/versions/1").text
    assert client.get(f"/resources/{B}").status_code == 404
    assert client.get(f"/resources/{ctid_number(701)}/versions/1").status_code == 200
    assert client.get(f"/resources/{ctid_number(701)}/versions/2").status_code == 404
    assert client.get(f"/resources/{ctid_number(702)}/versions/2").status_code == 200
    assert sent(client, registry, framework(3, competency(X))).status_code == 403
    published(client, b, certificate(700, B, **{"ceterms:keyword": {"en": "back"}}))
    published(client, registry, framework(1, competency(ctid_number(701))))
    Ledger.of(registry.settings)


def test_an_older_ledger_gives_back_what_was_taken(client: FlaskClient, registry: Registry) -> None:
    upgraded(client, registry)


def test_an_older_ledger_gives_back_what_was_taken_on_postgresql(on_postgresql: Registry) -> None:
    upgraded(create_app(on_postgresql.settings).test_client(), on_postgresql)
