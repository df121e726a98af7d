"""The store says to which records a document refers."""

from __future__ import annotations

from typing import Any

from ctgraph.web import create_app
from tests.support.links import World, framework, iri, needs, record


def referred(world: World) -> set[tuple[str, str]]:
    """Return which records refer to which."""
    world.projector.snapshot()
    query = "SELECT ?record ?named { ?document ctg:refersTo ?named ; ctg:about ?record }"
    client = create_app(world.settings).test_client()
    answer = client.get("/sparql", query_string={"query": query, "format": "json"})
    rows: list[Any] = answer.get_json(force=True)["results"]["bindings"]
    return {(row["record"]["value"], row["named"]["value"]) for row in rows}


def test_records_are_named_whether_they_are_here_or_not_and_own_parts_are_not(
    tmp_path: Any,
) -> None:
    world = World(tmp_path / "home")
    world.publish(record(1, requires=needs(2, 3)), record(2), framework(5, 6, 7))
    both = {(iri(1), iri(2)), (iri(1), iri(3))}
    assert both <= referred(world)
    assert not {pair for pair in referred(world) if pair[1] in (iri(5), iri(6), iri(7))}
    world.withdraw(2)
    assert both <= referred(world)
    world.publish(record(1, requires=needs(3)))
    assert (iri(1), iri(2)) not in referred(world)
    assert world.differences() == []
