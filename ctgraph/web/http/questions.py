"""The questions for worker processes: functions that may take long, whose arguments are values.

A worker process keeps the ledger open from one question to the next.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any, Concatenate, ParamSpec, TypeVar

import pyoxigraph as ox

from ctgraph.documents import Purpose
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import shared_ledger
from ctgraph.pathways import Asked, Pathways
from ctgraph.pathways.formats import FORMATS
from ctgraph.pathways.model import Graph
from ctgraph.pathways.picking import Pick
from ctgraph.pathways.picking import picks as picks_of
from ctgraph.pathways.structure import Structure
from ctgraph.projections.link_graphs import link_quads
from ctgraph.projections.link_reader import reading
from ctgraph.publishing.intake import examine_here
from ctgraph.rdf.formats import Format
from ctgraph.rdf.namespaces import CTG, DCT, XSD, Iri
from ctgraph.rdf.writing import write
from ctgraph.records.differences import Comparison, compared
from ctgraph.settings import Settings
from ctgraph.validation.report_formats import REPORT_FORMATS
from ctgraph.vocab import vocabulary

P = ParamSpec("P")
T = TypeVar("T")
LINK_PREFIXES = {"ctg": CTG, "dct": DCT, "xsd": XSD}


def report(
    settings: Settings, data: bytes, format: Format | None, purpose: Purpose, name: str
) -> str:
    """Examine a submission; return the report in the format with a name."""
    return REPORT_FORMATS[name].write(examine_here(settings, data, format, purpose))


def pathways(
    settings: Settings,
    question: Callable[Concatenate[Pathways, P], T],
    *given: P.args,
    **more: P.kwargs,
) -> T:
    """Return the answer to a question about pathways: a method of :class:`Pathways`."""
    return question(Pathways(settings, shared_ledger(settings)), *given, **more)


def links(settings: Settings, document: Ctid, media_type: str) -> bytes:
    """Return the links that a document asserts, in an RDF format."""
    with reading(settings) as index:
        quads = link_quads(*index.said_by(document), Identity.of(settings))
    format = ox.RdfFormat.from_media_type(media_type)
    assert format
    triples = [quad.triple for quad in quads]
    return write(triples, format, LINK_PREFIXES)


def around(
    settings: Settings, record: Ctid, reach: Asked, few: Asked
) -> tuple[Graph, Structure | None, Graph, Graph]:
    """Return the answers on the page of a record.

    :returns: its neighbourhood, its structure if it is a pathway, its stack and its versions.
    """
    asking = Pathways(settings, shared_ledger(settings))
    graph = asking.neighbourhood(record, reach)
    start = next(node for node in graph.nodes if node.id == record)
    is_pathway = vocabulary().is_a(start.type, "ceterms:Pathway", "ceterms:PathwaySet")
    return (
        graph,
        asking.structure(record) if is_pathway else None,
        asking.stack(record, few),
        asking.versions(record, few),
    )


def picks(settings: Settings, given: Iterable[str], kinds: Collection[str]) -> list[Pick]:
    """Return the records that the fields of a form name, or the ones to choose from."""
    asking = Pathways(settings, shared_ledger(settings))
    return picks_of(asking, Identity.of(settings), given, kinds)


def changes(settings: Settings, before: bytes | None, after: bytes, iri: Iri | None) -> Comparison:
    """Return what differs between two versions of a document; see :func:`compared`."""
    return compared(before, after, iri)


def drawn(
    settings: Settings, name: str, question: Callable[..., Graph], *given: Any
) -> tuple[bytes, str | None]:
    """Ask a question about pathways.

    :returns: the answer in the format with a name, and the cursor of its next page, if any.
    """
    graph = pathways(settings, question, *given)
    return FORMATS[name].write(graph, Identity.of(settings)), graph.next
