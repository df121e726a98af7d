"""ldes-client, of npm, and the records that it makes of the event stream."""

from __future__ import annotations

import re
import subprocess
import urllib.request
from collections import defaultdict

import pyoxigraph as ox
import pytest

from tests.support.clients import said
from tests.support.paths import ROOT
from tests.support.registry import Registry

LDES_CLIENT = ROOT / "tests/clients/node_modules/.bin/ldes-client"
DELETE = "https://www.w3.org/ns/activitystreams#Delete"
_SHORT = re.compile(r"^(\S+ \S+) ([+-]?[\d.]+|true|false)( <[^>]*>)? \.$", re.MULTILINE)


def followed(*arguments: str, seconds: float | None = None) -> list[ox.Quad]:
    """Return what the client prints; one that follows is ended after some seconds."""
    if not LDES_CLIENT.exists():
        pytest.skip("needs ldes-client, which `make test` installs where npm is")
    if seconds is None:
        printed = said(str(LDES_CLIENT), *arguments)
    else:
        client = subprocess.Popen(
            [str(LDES_CLIENT), *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        try:
            client.wait(seconds)
        except subprocess.TimeoutExpired:
            client.terminate()
        printed = client.communicate()[0].decode()
    # It writes N-Quads with the numbers of Turtle.
    plain = _SHORT.sub(r'\1 "\2"\3 .', printed)
    return list(ox.parse(plain.encode(), format=ox.RdfFormat.N_QUADS))


def require_same_view(address: str, registry: Registry) -> set[str]:
    """Make sure that the client's materialized view is what a registry serves.

    :returns: the documents that it was told the withdrawal of.
    """
    view = defaultdict(list)
    gone = set()
    for quad in followed(f"{address}/ldes", "--materialize", "--last-version-only"):
        if isinstance(quad.graph_name, ox.NamedNode):
            view[quad.graph_name.value.partition("/versions/")[0]].append(quad)
        elif getattr(quad.object, "value", "") == DELETE:
            gone.add(quad.subject.value)  # type: ignore[union-attr]
    records = {one.ctid for one in registry.ledger.records.envelopes(1000)}
    assert view.keys() == {f"{address}/graph/{record}" for record in records}
    for record in sorted(records):
        with urllib.request.urlopen(f"{address}/graph/{record}.nq") as answer:
            served = list(ox.parse(answer.read(), format=ox.RdfFormat.N_QUADS))
        assert _canonical(served) == _canonical(view[f"{address}/graph/{record}"])
    return gone


def _canonical(quads: list[ox.Quad]) -> ox.Dataset:
    dataset = ox.Dataset(ox.Quad(*quad.triple) for quad in quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return dataset
