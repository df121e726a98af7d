"""rapper and roqet, of Debian's raptor2-utils and rasqal-utils."""

from __future__ import annotations

import pytest
from rdflib import Graph
from rdflib.compare import isomorphic

from tests.support.clients import CTID, LICENSE, LICENSES, command, said, triples


@pytest.mark.parametrize("format", ["guess", "rdfxml", "turtle", "ntriples", "trig", "nquads"])
def test_rapper_reads_a_uri(site: str, format: str) -> None:
    rapper = command("rapper", "raptor2-utils")
    # It asks for N-Quads and TriG with no type that is theirs, so the address names them.
    extension = {"nquads": ".nq", "trig": ".trig"}.get(format, "")
    uri = f"{site}/resources/{CTID}{extension}"
    found = Graph().parse(data=said(rapper, "-q", "-i", format, uri), format="nt")
    assert isomorphic(found, triples(site, f"/resources/{CTID}"))


def test_roqet_selects(site: str) -> None:
    roqet = command("roqet", "rasqal-utils")
    query = f"SELECT ?s {{ ?s a <{LICENSE}> }}"
    rows = said(roqet, "-q", "-r", "csv", "-p", f"{site}/sparql", "-e", query)
    assert len(rows.strip().splitlines()) == 1 + LICENSES
