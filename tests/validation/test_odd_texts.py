"""Texts in which a mistake can be placed, and those that cannot be read at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from ctgraph.cli import main
from tests.support.registry import Registry, certificate, ctid_number

THING = f"http://localhost:8000/resources/{ctid_number(1)}"
TURTLE = f"""@prefix ceterms: <https://purl.org/ctdl/terms/> .

<{THING}> a ceterms:Certificate ;
  ceterms:ctid "{ctid_number(1)}" ;
  ceterms:dateEffective "yesterday" ;
  ceterms:nme "Welding"@en .
"""
CTDL = "https://purl.org/ctdl/terms/"
TRIPLES = f"""<{THING}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{CTDL}Certificate> .
<{THING}> <{CTDL}ctid> "{ctid_number(1)}" .
<{THING}> <{CTDL}dateEffective> "yesterday" .
<{THING}> <{CTDL}nme> "Welding"@en .
"""


def lines(client: FlaskClient, text: str, media_type: str) -> dict[str, int]:
    """Return the lines of the problems by the first word of what they say."""
    answer = client.post("/validate", data=text, headers={"Content-Type": media_type})
    return {one["message"]: one.get("line", 0) for one in answer.json["problems"]}


@pytest.mark.parametrize(
    ("text", "media_type", "value", "name", "whole"),
    [(TURTLE, "text/turtle", 5, 6, 3), (TRIPLES, "application/n-triples", 3, 4, 1)],
)
def test_mistakes_in_rdf_have_their_lines(
    client: FlaskClient, text: str, media_type: str, value: int, name: int, whole: int
) -> None:
    found = lines(client, text, media_type)
    assert found["'yesterday' is not a value of xsd:date."] == value
    assert found["ceterms:nme is not a property of the vocabulary."] == name
    assert found["The name is missing."] == whole


def test_a_value_that_may_stand_on_several_lines_is_placed_at_its_thing(
    client: FlaskClient,
) -> None:
    text = TURTLE.replace('"Welding"@en', '"yesterday"@en')
    assert lines(client, text, "text/turtle")["'yesterday' is not a value of xsd:date."] == 3


@pytest.mark.parametrize(
    ("data", "media_type", "at"),
    [
        (b'{"a": "\xff"}', "application/ld+json", 7),
        (b"\xff\xfe{\0}\0", "application/json", 0),
        (b'<a> <b> "x\xe9" .', "text/turtle", 10),
        (b'\xef\xbb\xbf<a:a> <b:b> "\xed\xa0\x80" .', "application/n-quads", 16),
    ],
)
def test_bytes_that_are_not_utf_8_are_named(
    registry: Registry, client: FlaskClient, data: bytes, media_type: str, at: int
) -> None:
    answer = client.post("/validate", data=data, headers={"Content-Type": media_type})
    assert answer.status_code == 400
    assert answer.json["detail"] == f"The document is not UTF-8 at byte {at}."


@pytest.mark.parametrize(
    ("name", "data", "at"), [("x.json", b'{"a": "\xff"}', 7), ("x.ttl", b'<a> <b> "x\xe9" .', 10)]
)
def test_the_command_names_them_too(tmp_path: Path, name: str, data: bytes, at: int) -> None:
    (tmp_path / name).write_bytes(data)
    result: Any = CliRunner().invoke(main, ["validate", str(tmp_path / name)])
    assert result.exit_code == 1
    assert f"not UTF-8 at byte {at}" in result.output


LEVELS = "https://purl.org/ctdl/vocabs/audLevel/"


@pytest.mark.parametrize(
    ("target", "question"),
    [
        (f"{LEVELS}BeginnerLevel/", "Did you mean audLevel:BeginnerLevel? "),
        (f"{LEVELS}BeginerLevel", "Did you mean audLevel:BeginnerLevel? "),
        ("https://levels.example.org/zzz", ""),
    ],
)
def test_a_concept_that_is_none_of_its_list_gets_a_hint(
    registry: Registry, client: FlaskClient, target: str, question: str
) -> None:
    aligned = {"@type": "ceterms:CredentialAlignmentObject", "ceterms:targetNode": target}
    document = certificate(1, **{"ceterms:audienceLevelType": [aligned]})
    problems = client.post("/validate", json=document).json["problems"]
    [told] = [one for one in problems if "names no concept" in one["message"]]
    assert told["remedy"].startswith(f"{question}Use a concept of ceterms:AudienceLevel")
