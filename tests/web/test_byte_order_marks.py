"""A byte order mark at the beginning is skipped, and other bytes that are not UTF-8 are refused."""

from __future__ import annotations

from codecs import BOM_UTF8
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient

from ctgraph.rdf.formats import FORMATS
from tests.support.registry import Registry, certificate, ctid_number, fill

RECORD = ctid_number(1)


@pytest.mark.parametrize("name", [format.name for format in FORMATS])
def test_in_documents_of_every_format(registry: Registry, name: str) -> None:
    client = fill(registry, 1)
    sent = client.get(f"/graph/{RECORD}", query_string={"format": name})
    kind = sent.headers["Content-Type"]
    plain = client.post("/validate", data=sent.data, content_type=kind)
    marked = client.post("/validate", data=BOM_UTF8 + sent.data, content_type=kind)
    assert plain.status_code == 200
    assert marked.json == plain.json
    assert marked.json["conforms"] is True
    form = {"document": (BOM_UTF8 + sent.data).decode(), "input": name, "format": "json"}
    for more in ({}, {"content_type": "multipart/form-data"}):
        pasted = client.post("/validate?format=json", data=form, **more)
        assert pasted.json["conforms"] is True, pasted.json
    for odd in (b"\xff", b"\xc3", b"\xed\xa0\x80"):
        broken = sent.data.replace(b"A certificate", b"A " + odd + b"certificate")
        answer = client.post("/validate", data=broken, content_type=kind)
        assert answer.status_code == 400 or answer.json["conforms"] is False, answer.json
        assert "UTF-8" in answer.text


def test_in_publishing_and_the_learners_check(registry: Registry, client: FlaskClient) -> None:
    body = BOM_UTF8 + orjson.dumps(certificate(1))
    sent = client.post(registry.documents_url, data=body, headers=registry.authorization)
    assert sent.status_code == 201
    registry.project()
    held = BOM_UTF8 + orjson.dumps({"held": [RECORD]})
    answer = client.post("/pathways/check", data=held, content_type="application/json")
    assert answer.status_code == 200
    assert client.get(f"/graph/{RECORD}").data[:1] == b"{"


def test_in_files_of_the_command_line(registry: Registry, run: Any, tmp_path: Path) -> None:
    fill(registry, 1)
    query = tmp_path / "query.rq"
    query.write_bytes(BOM_UTF8 + b"SELECT ?n { ?s ceterms:name ?n }")
    assert "Certificate 1" in run("query", query).output
    document = tmp_path / "document.json"
    document.write_bytes(BOM_UTF8 + orjson.dumps(certificate(2)))
    assert run("validate", document).exit_code == 0
    assert run("load", document).exit_code == 0
