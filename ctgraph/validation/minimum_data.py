"""Validation of graph documents against the SHACL shapes of the CTDL minimum data.

:func:`validate` reports everything that shows in the document alone. Its links are checked by
:mod:`ctgraph.publishing.link_checks`, because that needs the registry.
"""

from __future__ import annotations

from functools import cache

from ctgraph.documents import Document, Purpose
from ctgraph.errors import InvalidDocument
from ctgraph.identity import Identity
from ctgraph.problem import Problem, Severity
from ctgraph.settings import Settings
from ctgraph.shapes import shapes
from ctgraph.validation import contradictions, languages
from ctgraph.validation.advice import advise
from ctgraph.validation.engines import Run, compile_shapes
from ctgraph.validation.placing import Placer
from ctgraph.validation.report import capped, in_order


def validate(
    document: Document,
    settings: Settings,
    purpose: Purpose = Purpose.PUBLISH,
    recommendations: bool = True,
) -> list[Problem]:
    """Return everything that is wrong with a document that was just read, the worst first.

    :param purpose: why it is read. What is merely incomplete is a warning about a harvested one.
    :param recommendations: whether to say what is recommended, too; that takes as long again.
    """
    places = document.places
    placer = Placer(document, purpose, settings)
    results = _engine(settings.validation_engine, recommendations)(places.ntriples)
    whole = Identity.of(settings).resource(document.ctid)
    refused = {p.pointer for p in document.problems if p.severity is Severity.VIOLATION}
    advice = (one for one in advise(whole, places, placer, purpose) if one.pointer not in refused)
    problems = [*document.problems, *placer.problems(results), *advice]
    return capped(in_order(problems))


def prepare(settings: Settings) -> None:
    """Load shapes and vocabulary, so that the first validation takes no longer than others."""
    _engine(settings.validation_engine)
    contradictions.prepare()
    languages.prepare()


def require_valid(
    document: Document,
    settings: Settings,
    purpose: Purpose = Purpose.PUBLISH,
    recommendations: bool = True,
) -> list[Problem]:
    """Return the findings about a document that may be kept; see :func:`validate`.

    :raises InvalidDocument: listing every finding, when one of them is a violation.
    """
    problems = validate(document, settings, purpose, recommendations)
    violations = sum(problem.severity == Severity.VIOLATION for problem in problems)
    if violations:
        count = "1 violation" if violations == 1 else f"{violations} violations"
        raise InvalidDocument(f"{document.ctid} breaks the minimum data: {count}.", problems)
    return problems


@cache
def _engine(name: str, recommendations: bool = True) -> Run:
    return compile_shapes(name, shapes().ntriples(recommendations))
