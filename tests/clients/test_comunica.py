"""Comunica, of npm: on the endpoint and on records."""

from __future__ import annotations

import json

import pytest

from tests.support.clients import CTID, LICENSE, LICENSES, said, triples
from tests.support.paths import ROOT

COMUNICA = ROOT / "tests/clients/node_modules/.bin/comunica-sparql"


def asked(source: str, query: str) -> str:
    if not COMUNICA.exists():
        pytest.skip("needs Comunica, which `make test` installs where npm is")
    return said(str(COMUNICA), source, query)


def test_the_endpoint(site: str) -> None:
    found = asked(f"{site}/sparql", f"SELECT ?s {{ ?s a <{LICENSE}> }}")
    assert len(json.loads(found)) == LICENSES
    assert asked(f"{site}/sparql", f"ASK {{ ?s a <{LICENSE}> }}").strip() == "true"


@pytest.mark.parametrize("extension", ["", ".nq", ".trig"])
def test_a_record_has_its_triples_in_the_default_graph(site: str, extension: str) -> None:
    path = f"/resources/{CTID}"
    found = asked(f"{site}{path}{extension}", "SELECT ?s ?p ?o { ?s ?p ?o }")
    assert len(json.loads(found)) == len(triples(site, path))
