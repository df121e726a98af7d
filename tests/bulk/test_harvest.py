"""Loads of harvested documents: statements about others are left out, with a warning."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner

from ctgraph.bulk.load import load
from ctgraph.cli import main
from ctgraph.documents import Purpose, from_json, parse
from ctgraph.settings import load_settings
from tests.support.registry import Registry, certificate
from tests.support.statements import BASE, IRI, OWN, PLACES, document

SETTINGS = load_settings()


def loaded(registry: Registry, path: Path, documents: list[Any]) -> tuple[Any, list[Any]]:
    """Load documents; return the tally, and the lines of the report."""
    path.write_text("\n".join(map(json.dumps, documents)))
    report = io.StringIO()
    tally = load(registry.settings, registry.ledger, [path], None, report, lambda done: None)
    return tally, [json.loads(line) for line in report.getvalue().splitlines()]


@pytest.mark.parametrize("place", PLACES)
def test_a_harvest_leaves_it_out_of_the_graph_and_warns(
    registry: Registry, tmp_path: Path, place: str
) -> None:
    inner = {
        "@id": "https://example.org/named",
        "@type": "ceterms:Certificate",
        "ceterms:keyword": {"en": "kept"},
    }
    whole, pointer = document(
        {
            "@id": IRI,
            "ceterms:name": {"en": "Worthless"},
            "ceterms:isSimilarTo": [
                inner,
                {
                    "@id": f"{BASE}/envelopes",
                    "ceterms:isSimilarTo": {
                        "@id": "https://example.org/deep",
                        "ceterms:keyword": {"en": "deep"},
                    },
                },
            ],
        },
        place,
    )
    tally, lines = loaded(registry, tmp_path / "a.jsonl", [whole, certificate(2)])
    assert tally.effects == {"created": 2}
    assert tally.warnings == 1
    [line] = lines
    assert line["ctid"] == OWN
    assert line["source"].endswith("a.jsonl:1")
    assert "error" not in line
    assert {p["severity"] for p in line["problems"]} == {"warning"}
    assert line["problems"][0]["pointer"] == pointer
    quads = registry.ledger.records.quads(OWN, 1).decode()
    assert f"\n<{IRI}> <" not in f"\n{quads}"
    assert "Worthless" not in quads
    assert (place == "beside") != (f" <{IRI}> <{BASE}" in quads)  # the reference stays
    assert '"kept"@en' in quads
    assert '"deep"@en' in quads
    assert json.loads(registry.ledger.records.received(OWN, 1)) == whole
    found = registry.ledger.records.read(OWN)
    assert b"Worthless" not in found.canonical
    again = parse(found.canonical, registry.settings)
    assert (again.digest, again.canonical) == (found.envelope.digest, found.canonical)


def test_a_harvest_keeps_an_entity_that_stands_in_anothers_node() -> None:
    whole = certificate()
    whole["@graph"] = [{"@id": IRI, "ceterms:isSimilarTo": whole["@graph"][0]}]
    found = from_json(whole, b"", SETTINGS, Purpose.HARVEST)
    assert found.content["@graph"][0]["ceterms:ctid"] == OWN
    assert found.digest == parse(orjson.dumps(certificate()), SETTINGS).digest


def test_warnings_do_not_change_the_exit_code(registry: Registry, tmp_path: Path) -> None:
    whole, _ = document({"@id": IRI, "ceterms:name": {"en": "Worthless"}}, "beside")
    file, report = tmp_path / "a.json", tmp_path / "report.jsonl"
    file.write_bytes(orjson.dumps(whole))
    ran = CliRunner().invoke(
        main,
        ["load", str(file), "--report", str(report)],
        env={"CTGRAPH_HOME": str(registry.settings.home)},
    )
    assert ran.exit_code == 0, ran.stderr
    assert "1 created, 1 of them with warnings" in ran.stderr
    assert str(report) in ran.stderr
    assert json.loads(report.read_text())["ctid"] == OWN
