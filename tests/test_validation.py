"""Validation: what the minimum refuses, and that both engines say the same."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from conftest import DATA, certificate

from ctgraph.documents import parse
from ctgraph.errors import Problem
from ctgraph.settings import Settings
from ctgraph.validation import validate

SAMPLES = sorted(DATA.glob("[12]-*/**/*.json"))


def findings(data: bytes, engine: str) -> list[Problem]:
    settings = Settings(validation_engine=engine)
    return validate(parse(data, settings), settings)


@pytest.mark.parametrize(
    ("left_out", "message"),
    [("ceterms:name", "no name"), ("ceterms:ownedBy", "no owner"), ("ceterms:description", None)],
)
@pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
def test_what_the_minimum_refuses(left_out: str, message: str | None, engine: str) -> None:
    document = certificate()
    del document["@graph"][0][left_out]
    found = findings(orjson.dumps(document), engine)
    assert [problem.pointer for problem in found] == (["/@graph/0"] if message else [])
    assert all(message in problem.message for problem in found if message)


@pytest.mark.parametrize("path", SAMPLES[::5], ids=lambda path: path.stem)
def test_both_engines_accept_the_sample_data(path: Path) -> None:
    data = path.read_bytes()
    assert findings(data, "shacl") == findings(data, "pyshacl") == []
