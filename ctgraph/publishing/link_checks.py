"""Advice on links, which needs the registry: it knows the linked records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import orjson

from ctgraph.documents.node_values import each
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid, NoId
from ctgraph.ledger import Ledger
from ctgraph.problem import Detail, Problem, Rule, Severity
from ctgraph.rdf.namespaces import Curie
from ctgraph.settings import Settings
from ctgraph.validation.advice import fits_range
from ctgraph.validation.submissions import Link
from ctgraph.vocab import vocabulary

MAX_LINKS = 1000
"""Linked records that are looked up for one submission: a few statements of the ledger."""
MAX_OTHER_SIDES = 50
"""Linked records whose documents are read for one submission: reading them takes longer."""
MAX_OTHER_BYTES = 2_000_000
"""Bytes of linked documents that are read for one submission: parsing takes as long as checking."""


class LinkAdvisor:
    """Warns of links that lead nowhere, or that the linked record does not return.

    It looks up at most :data:`MAX_LINKS` records. It reads at most :data:`MAX_OTHER_SIDES` of them,
    with :data:`MAX_OTHER_BYTES` together. A last note names the links left out.
    """

    def __init__(self, ledger: Ledger, settings: Settings) -> None:
        self._ledger = ledger
        self._identity = Identity.of(settings)
        self._lookups = MAX_LINKS
        self._reads = MAX_OTHER_SIDES
        self._bytes = MAX_OTHER_BYTES

    def advise(self, links: Iterable[Link]) -> Iterator[Problem]:
        """Yield a warning for each doubtful link of a document, and a note on links left out."""
        by_target: dict[Ctid, list[Link]] = {}
        for link in links:
            by_target.setdefault(link.target, []).append(link)
        looked_up = dict(islice(by_target.items(), self._lookups))
        self._lookups -= len(looked_up)
        withdrawn_at = self._ledger.records.withdrawn_at(looked_up) if looked_up else {}
        classes = self._ledger.records.classes(looked_up) if looked_up else {}
        for target, leading in looked_up.items():
            yield from _of_other_class(leading, classes.get(target))
        left_out = [by_target[target][0] for target in by_target if target not in looked_up]
        for target, leading in looked_up.items():
            if target not in withdrawn_at:
                yield _doubt(
                    leading[0],
                    Rule.UNKNOWN,
                    f"There is no record {target} here.",
                    "Check the CTID, or publish the record too.",
                )
            elif moment := withdrawn_at[target]:
                yield _doubt(
                    leading[0],
                    Rule.WITHDRAWN,
                    f"The record {target} was withdrawn on {moment[:10]}.",
                    "Refer to the record that replaced it.",
                )
            elif any(_inverses(link) for link in leading):
                doubts = self._one_sided(leading)
                if doubts is None:
                    left_out.append(leading[0])
                yield from doubts or ()
        if left_out:
            yield _left_out(left_out)

    def _one_sided(self, links: list[Link]) -> list[Problem] | None:
        """Return a problem for each link to one record that the record does not return.

        :returns: None when the document was not read, because of the bounds.
        """
        if not self._reads:
            return None
        self._reads -= 1
        found = self._ledger.records.read_within(links[0].target, self._bytes)
        if found is None or found.canonical == b"":
            return []
        if found.canonical is None:
            return None
        self._bytes -= len(found.canonical)
        stated = self._statements(orjson.loads(found.canonical)["@graph"])
        return [
            _doubt(
                link,
                Rule.ONE_SIDED,
                f"{found.envelope.name or link.target} does not say {inverses[0]} in return.",
                "Ask its owner to add it, so that both sides agree.",
            )
            for link in links
            if (inverses := _inverses(link))
            and not any((link.target, name, link.source) in stated for name in inverses)
        ]

    def _statements(self, nodes: list[Any]) -> set[tuple[Ctid | NoId, Curie, Ctid]]:
        """Return the links between records in a document's nodes: source, property and target."""
        return {
            (node["ceterms:ctid"], Curie(key), target)
            for node in nodes
            if "ceterms:ctid" in node
            for key, values in node.items()
            for value in each(values)
            if isinstance(value, str) and (target := self._identity.ctid_of(value))
        }


def _inverses(link: Link) -> list[Curie]:
    """Return the inverse properties of a link's property, as CURIEs."""
    vocab = vocabulary()
    term = vocab.term(link.property)
    return [vocab.compact(iri) for iri in term.inverse_of] if term and link.source else []


def _of_other_class(links: list[Link], kind: Curie | None) -> Iterator[Problem]:
    """Yield a problem for each link to one record whose property is not meant for its class."""
    for link in links:
        if kind and not fits_range(link.property, kind):
            yield _doubt(
                link,
                Rule.OTHER_CLASS,
                f"{link.target} is a {kind}, and {link.property} is not meant for that.",
                "Check the CTID, or use another property.",
            )


def _doubt(link: Link, rule: Rule, message: str, remedy: str) -> Problem:
    detail = Detail(
        property=vocabulary().expand(link.property),
        property_label=vocabulary().label(link.property),
        value=link.target,
        advice=rule,
        line=link.line,
    )
    return Problem(message, remedy, link.pointer or None, Severity.WARNING, detail)


def _left_out(links: list[Link]) -> Problem:
    """Return the note that links were not compared, placed at the first of them."""
    first = links[0]
    rest = f" and to {len(links) - 1:,} further records" if len(links) > 1 else ""
    return Problem(
        f"The links to {first.target}{rest} were not compared with the other side: up to "
        f"{MAX_LINKS:,} records are looked up, and up to {MAX_OTHER_SIDES} of them read, with no "
        f"more than {MAX_OTHER_BYTES:,} bytes together.",
        "Nothing has to be done. Compare them yourself where it matters.",
        first.pointer or None,
        Severity.INFO,
        Detail(advice=Rule.NOT_LOOKED_AT, line=first.line),
    )
