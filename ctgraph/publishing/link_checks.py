"""What only a registry knows of a submission: where its links lead, what the other sides say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import orjson

from ctgraph.documents import Document
from ctgraph.documents.node_values import each
from ctgraph.errors import Detail, Problem, Rule, Severity
from ctgraph.identity import Identity
from ctgraph.ledger import Ledger
from ctgraph.ledger.opened import opened
from ctgraph.rdf.formats import Format
from ctgraph.settings import Settings
from ctgraph.validation.report import Report
from ctgraph.validation.submissions import Link, examine, examine_document
from ctgraph.vocab import vocabulary

MOST_LINKS = 1000
MOST_OTHER_SIDES = 50
MOST_OTHER_BYTES = 2_000_000


def accept(ledger: Ledger, data: bytes, settings: Settings) -> tuple[Document, Report]:
    """Read a document that is to be published, and say what the registry knows of its links.

    :raises DocumentTooLarge: when it is too large.
    :raises InvalidDocument: with everything that is wrong with it.
    """
    document, found = examine_document(data, settings)
    return document, found.report.with_problems(LinkAdvisor(ledger, settings).advise(found.links))


def accepted(settings: Settings, data: bytes) -> tuple[Document, Report]:
    """Do as :func:`accept` in a worker process, which opens the ledger itself."""
    return accept(opened(settings), data, settings)


def examine_in(
    ledger: Ledger, data: bytes, settings: Settings, format: Format | None
) -> list[Report]:
    """Examine a submission, and what the registry knows of its links; see :func:`examine`."""
    advisor = LinkAdvisor(ledger, settings)
    return [
        found.report.with_problems(advisor.advise(found.links))
        for found in examine(data, settings, format)
    ]


class LinkAdvisor:
    """Warns of links that lead nowhere, or that the other side does not know of.

    Bounded: it looks up :data:`MOST_LINKS` records, and reads :data:`MOST_OTHER_SIDES` of them, as
    long as these have no more than :data:`MOST_OTHER_BYTES` together. It says what it left out.
    """

    def __init__(self, ledger: Ledger, settings: Settings) -> None:
        self._ledger = ledger
        self._identity = Identity.of(settings)
        self._lookups = MOST_LINKS
        self._reads = MOST_OTHER_SIDES
        self._bytes = MOST_OTHER_BYTES

    def advise(self, links: Iterable[Link]) -> Iterator[Problem]:
        """Yield a warning for each doubtful link of a document, and a word on what was left out."""
        by_target: dict[str, list[Link]] = {}
        for link in links:
            by_target.setdefault(link.target, []).append(link)
        looked_up = dict(islice(by_target.items(), self._lookups))
        self._lookups -= len(looked_up)
        standing = self._ledger.standing(looked_up) if looked_up else {}
        left_out = [by_target[target][0] for target in by_target if target not in looked_up]
        for target, leading in looked_up.items():
            withdrawn = standing.get(target)
            if withdrawn is None:
                yield _doubt(
                    leading[0],
                    Rule.UNKNOWN,
                    f"There is no record {target} here.",
                    "Check the CTID; or publish the record too.",
                )
            elif withdrawn:
                yield _doubt(
                    leading[0],
                    Rule.WITHDRAWN,
                    f"The record {target} was withdrawn on {withdrawn[:10]}.",
                    "Refer to what replaced it.",
                )
            elif any(_inverses(link) for link in leading):
                doubts = self._one_sided(leading)
                if doubts is None:
                    left_out.append(leading[0])
                yield from doubts or ()
        if left_out:
            yield _left_out(left_out)

    def _one_sided(self, links: list[Link]) -> list[Problem] | None:
        """Return the links to one record that its document does not return.

        None where the document was not read: enough others were, or it is too long.
        """
        if not self._reads:
            return None
        self._reads -= 1
        found = self._ledger.find_within(links[0].target, self._bytes)
        if found is None or found[1] == b"":
            return []
        if found[1] is None:
            return None
        self._bytes -= len(found[1])
        said = self._statements(orjson.loads(found[1])["@graph"])
        return [
            _doubt(
                link,
                Rule.ONE_SIDED,
                f"{found[0].name or link.target} does not say {inverses[0]} back.",
                "Let its owner add it, so that both sides agree.",
            )
            for link in links
            if (inverses := _inverses(link))
            and not any((link.target, name, link.source) in said for name in inverses)
        ]

    def _statements(self, nodes: list[Any]) -> set[tuple[str, str, str]]:
        """Return which record says which property of which other one, in a document's nodes."""
        return {
            (node["ceterms:ctid"], key, target)
            for node in nodes
            if "ceterms:ctid" in node
            for key, values in node.items()
            for value in each(values)
            if isinstance(value, str) and (target := self._identity.ctid_of(value))
        }


def _inverses(link: Link) -> list[str]:
    """Return the properties that say the same from the other side, as CURIEs."""
    vocab = vocabulary()
    term = vocab.term(link.property)
    return [vocab.compact(iri) for iri in term.inverse_of] if term and link.source else []


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
    """Say that links were not looked at, in the place of the first."""
    first = links[0]
    rest = f" and to {len(links) - 1:,} further records" if len(links) > 1 else ""
    return Problem(
        f"The links to {first.target}{rest} were not compared with the other side: up to "
        f"{MOST_LINKS:,} records are looked up, and up to {MOST_OTHER_SIDES} of them read, with no "
        f"more than {MOST_OTHER_BYTES:,} bytes together.",
        "Nothing has to be done; look at them yourself where it matters.",
        first.pointer or None,
        Severity.INFO,
        Detail(advice=Rule.NOT_LOOKED_AT, line=first.line),
    )
