"""The intake of documents: reading, validation, and the advice on links that needs a registry."""

from __future__ import annotations

from ctgraph.documents import Document, Purpose
from ctgraph.ledger import Ledger, shared_ledger
from ctgraph.publishing.link_checks import LinkAdvisor
from ctgraph.rdf.formats import Format
from ctgraph.settings import Settings
from ctgraph.validation import submissions
from ctgraph.validation.report import Report


def accept(ledger: Ledger, data: bytes, settings: Settings) -> tuple[Document, Report]:
    """Read and validate a document that is to be published, with advice on its links.

    :raises DocumentTooLarge: when it is too large.
    :raises InvalidDocument: with everything that is wrong with it.
    """
    document, found = submissions.examine_document(data, settings)
    return document, found.report.with_problems(LinkAdvisor(ledger, settings).advise(found.links))


def accept_here(settings: Settings, data: bytes) -> tuple[Document, Report]:
    """Return what :func:`accept` returns, with the ledger that this process keeps open."""
    return accept(shared_ledger(settings), data, settings)


def examine(
    ledger: Ledger, data: bytes, settings: Settings, format: Format | None, purpose: Purpose
) -> list[Report]:
    """Examine a submission without storing it, with advice on its links.

    :raises DocumentTooLarge: when it is too large.
    """
    advisor = LinkAdvisor(ledger, settings)
    return [
        found.report.with_problems(advisor.advise(found.links))
        for found in submissions.examine(data, settings, format, purpose)
    ]


def examine_here(
    settings: Settings, data: bytes, format: Format | None, purpose: Purpose
) -> list[Report]:
    """Return what :func:`examine` returns, with the ledger that this process keeps open."""
    return examine(shared_ledger(settings), data, settings, format, purpose)
