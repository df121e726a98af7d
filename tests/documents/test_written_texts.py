"""What documents say breaks out of no format that it is written in."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import orjson
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from ctgraph.cli import main
from ctgraph.documents import parse, serialize
from ctgraph.errors import InvalidDocument, NotAcceptable
from ctgraph.problem import Severity
from ctgraph.rdf.formats import format_named
from ctgraph.settings import load_settings
from tests.support.registry import Registry, certificate, ctid_number

RDF_XML = format_named("rdfxml")
LINES = ("\n", "\r\n", "\u2028", "\x85", "\x9b2J")


@given(st.text("aZ9_-.:/#?=&'%~!()é\U00010000\u0300", max_size=12))
def test_every_property_can_be_written_as_xml(tail: str) -> None:
    document = certificate(**{f"http://x.example/{tail}": "said"})
    try:
        found = parse(orjson.dumps(document), load_settings())
    except InvalidDocument:
        return
    assert RDF_XML
    if any("RDF/XML cannot carry" in problem.message for problem in found.problems):
        with pytest.raises(NotAcceptable, match="RDF/XML cannot carry"):
            serialize.document(found.quads, RDF_XML)
        return
    written = serialize.document(found.quads, RDF_XML)
    assert [e.text for e in ElementTree.fromstring(written).iter()].count("said") == 1


@pytest.mark.parametrize("tail", ["123", "a=1", "a%20", "", "a!"])
def test_a_property_that_is_no_name_in_xml_is_kept_with_a_warning(tail: str) -> None:
    name = f"http://x.example/{tail}"
    found = parse(orjson.dumps(certificate(**{name: "x"})), load_settings())
    [problem] = found.problems
    assert problem.severity is Severity.WARNING
    assert "RDF/XML cannot carry" in problem.message
    assert f"<{name}>".encode() in found.quads
    assert problem.pointer == f"/@graph/0/{name.replace('/', '~1')}"


def named(name: str, **more: Any) -> bytes:
    return orjson.dumps(certificate(**{"ceterms:name": {"en": name}, **more}))


@pytest.mark.parametrize("line", LINES)
def test_a_name_is_one_line(registry: Registry, line: str) -> None:
    found = parse(named(f"{line}A{line}::error::b"), registry.settings)
    assert found.name.isprintable()
    assert "A" in found.name
    assert "::error::b" in found.name


@pytest.mark.parametrize("line", LINES)
def test_a_report_in_a_terminal_has_the_lines_of_the_report(
    client: FlaskClient, registry: Registry, tmp_path: Path, line: str
) -> None:
    body = named(f"A{line}::error::b", **{f"ceterms:x{line}::error::c": "x"})
    answer = client.post("/validate?format=text", data=body, content_type="application/json")
    assert all(text.isprintable() for text in answer.text.split("\n"))
    assert "\n::error" not in answer.text
    file = tmp_path / "a.json"
    file.write_bytes(body)
    environment = {"CTGRAPH_HOME": str(registry.settings.home)}
    for command in (
        ["validate", str(file), "--format", "text"],
        ["publish", str(file), "--owner", ctid_number(0)],
    ):
        ran = CliRunner().invoke(main, command, env=environment)
        assert all(text.isprintable() for text in ran.output.split("\n"))
        assert "\n::error" not in ran.output
