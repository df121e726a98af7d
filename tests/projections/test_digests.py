"""Digests of named graphs: two stores have the same ones where they hold the same."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from hypothesis import given
from hypothesis import strategies as st

from ctgraph.projections.digests import Digests, Reading
from ctgraph.projections.store_digests import DefaultGraph, digesting

IRIS = st.sampled_from([ox.NamedNode(f"https://a.example/{n}") for n in "abc"])
TEXTS = st.one_of(
    st.text(),
    st.sampled_from(['"', " <https://a.example/a> .", 'x <a"', "\n", " .", "\\", "\r\n <", "_:b"]),
)
VALUES: st.SearchStrategy[Any] = st.one_of(
    IRIS,
    st.builds(ox.BlankNode, st.sampled_from(["b", "c"])),
    st.builds(ox.Literal, TEXTS),
    st.builds(lambda text: ox.Literal(text, language="en"), TEXTS),
    st.builds(lambda text, kind: ox.Literal(text, datatype=kind), TEXTS, IRIS),
)
QUADS = st.builds(ox.Quad, IRIS, IRIS, VALUES, st.one_of(IRIS, st.just(ox.DefaultGraph())))


@given(st.sets(QUADS), st.integers(1, 100))
def test_a_dump_is_read_graph_by_graph(quads: set[ox.Quad], size: int) -> None:
    data = ox.serialize(sorted(quads, key=_name), format=ox.RdfFormat.N_QUADS) or b""
    found: list[tuple[str, set[ox.Triple]]] = []

    def take(graph: str, triples: list[bytes]) -> None:
        text = b"".join(triple + b" .\n" for triple in triples)
        read = {quad.triple for quad in ox.parse(text, format=ox.RdfFormat.N_TRIPLES)}
        assert len(read) == len(triples)
        found.append((graph, read))

    reading = Reading(take)
    for start in range(0, len(data), size):
        reading.write(data[start : start + size])
    reading.end()
    assert len(dict(found)) == len(found)
    assert dict(found) == {
        graph: {quad.triple for quad in quads if _name(quad) == graph}
        for graph in {_name(quad) for quad in quads}
    }


def _name(quad: ox.Quad) -> str:
    return quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""


def in_graphs(*objects: str) -> list[ox.Quad]:
    """Return a quad for each object, in graphs of their own, and its triple in the default one."""
    a = ox.NamedNode("https://a.example/a")
    return [
        ox.Quad(a, a, ox.Literal(value), graph)
        for number, value in enumerate(objects)
        for graph in (ox.NamedNode(f"https://a.example/{number}"), ox.DefaultGraph())
    ]


def differences(wanted: Iterable[ox.Quad], held: Iterable[ox.Quad], folder: Path) -> Any:
    store = ox.Store(str(folder / "store"))
    store.extend(held)
    store.flush()
    del store
    with closing(Digests()) as digests:
        digests.add_quads(quad for quad in wanted if quad.graph_name != ox.DefaultGraph())
        with digesting(folder / "store", folder / "digests") as default:
            result = default()
        return digests.differences(folder / "digests"), result


def test_graphs_that_differ_are_named(tmp_path: Path) -> None:
    wanted, held = in_graphs("same", "one", "missing"), in_graphs("same", "other")
    a, more = ox.NamedNode("https://a.example/a"), ox.NamedNode("https://a.example/more")
    graphs, default = differences(wanted, [*held, ox.Quad(a, a, a, more)], tmp_path)
    assert graphs == {f"https://a.example/{name}" for name in ("1", "2", "more")}
    assert default == DefaultGraph(missing=1, excess=0)


def test_what_only_the_default_graph_has_exceeds(tmp_path: Path) -> None:
    one, other = in_graphs("one"), in_graphs("other")
    graphs, default = differences(one, [*one, *other[1:]], tmp_path)
    assert graphs == set()
    assert default == DefaultGraph(missing=0, excess=1)


def test_numbers_are_compared_by_their_values(tmp_path: Path) -> None:
    a, graph = ox.NamedNode("https://a.example/a"), ox.NamedNode("https://a.example/graph")
    kind = ox.NamedNode("http://www.w3.org/2001/XMLSchema#decimal")
    quad, same = (ox.Quad(a, a, ox.Literal(n, datatype=kind), graph) for n in ("1.50", "1.5"))
    default = ox.Quad(a, a, ox.Literal("1.5", datatype=kind))
    assert differences([quad], [same, default], tmp_path) == (set(), DefaultGraph(0, 0))
