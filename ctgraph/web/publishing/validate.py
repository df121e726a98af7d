"""Validating a document over HTTP: for programs, and on a page."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, request

from ctgraph.documents.rdf_input import RDF_INPUTS
from ctgraph.errors import NoDocument, Problem, UnsupportedMediaType
from ctgraph.rdf.formats import Format, format_named
from ctgraph.validation.report import Report, capped
from ctgraph.validation.report_formats import REPORT_FORMATS
from ctgraph.web.http import questions, respond
from ctgraph.web.http.negotiation import HTML, choose
from ctgraph.web.http.page_limit import fitting
from ctgraph.web.http.registry import state

blueprint = Blueprint("validate", __name__)
OFFERS = {f.name: f.media_type for f in REPORT_FORMATS.values()} | {"html": HTML}
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
JSON_TYPES = ("application/json", "application/ld+json", "text/plain", "")
INPUTS = {
    "jsonld": "JSON-LD",
    "turtle": "Turtle",
    "ntriples": "N-Triples",
    "nquads": "N-Quads",
    "trig": "TriG",
    "rdfxml": "RDF/XML",
}
# What a page shows of a large document.
MOST_LINES, MOST_WIDTH, MOST_TEXT, MOST_SHOWN = 5000, 2000, 1_000_000, 1_000


@dataclass(frozen=True)
class Line:
    """A line of a document as shown, with the problems that begin on it."""

    number: int
    text: str
    problems: tuple[Problem, ...]


@blueprint.get("/validate")
def form() -> Response:
    """The page where a document is pasted or dropped."""
    return respond.page("publishing/validate.html", inputs=INPUTS, chosen="jsonld", document="")


@blueprint.post("/validate")
def validate() -> Response:
    """Report on a document; nothing is stored, and no key is needed.

    The document is the request's body in any RDF format, or the field ``document`` or the file
    ``file`` of a form.
    """
    name = choose(OFFERS)
    data, format = _submitted()
    if not data.strip():
        raise NoDocument("There is no document in the request. Send it as the body.")
    if name == "html":
        return _page(data, format, state().check(questions.examined, data, format))
    written = state().check(questions.report, data, format, name)
    return respond.content(written, OFFERS[name])


def _submitted() -> tuple[bytes, Format | None]:
    """Return the document of the request, and its RDF format; None is JSON-LD.

    :raises UnsupportedMediaType: when it comes in no format that is read here.
    """
    # curl --data names a form by itself; a body that has no such field is read as a document.
    data = request.get_data() if request.mimetype != "multipart/form-data" else b""
    if request.mimetype in FORMS and (request.files or "document" in request.form):
        return _from_form()
    if request.mimetype in (*JSON_TYPES, *FORMS):
        return data, None
    format = format_named(request.mimetype)
    if format is None:
        known = ", ".join(f.media_type for f in RDF_INPUTS)
        raise UnsupportedMediaType(
            f"{request.mimetype} is not read here: send application/ld+json or one of {known}."
        )
    return data, _rdf(format)


def _from_form() -> tuple[bytes, Format | None]:
    """Return the document of a form: a file, or a text with the format that `input` names."""
    given = request.form.get("input", "jsonld")
    format = format_named(given)
    if format is None:
        raise UnsupportedMediaType(f"input={given[:40]!r} is not one of {', '.join(INPUTS)}.")
    for name in ("file", "document"):
        file = request.files.get(name)
        if file and file.filename:
            named = format_named(file.filename.rpartition(".")[2])
            return file.read(), _rdf(named or format)
    return request.form.get("document", "").encode(), _rdf(format)


def _rdf(format: Format | None) -> Format | None:
    return format if format in RDF_INPUTS else None


def _page(data: bytes, format: Format | None, reports: list[Report]) -> Response:
    text = data.decode("utf-8", "replace")
    most = max(1, MOST_SHOWN // len(reports))
    told = [(report, capped(report.problems, most)) for report in reports]
    problems: dict[int, list[Problem]] = {}
    for _, shown in told:
        for problem in shown:
            problems.setdefault(problem.detail.get("line", 0), []).append(problem)
    given = text.split("\n")
    lines = [
        Line(number, line, tuple(problems.get(number, ())))
        for number, line in enumerate(fitting((line[:MOST_WIDTH] for line in given), MOST_LINES), 1)
    ]
    return respond.page(
        "publishing/validate.html",
        inputs=INPUTS,
        chosen=format.name if format else "jsonld",
        document=text if len(text) <= MOST_TEXT else "",
        reports=told,
        lines=lines,
        cut=len(lines) < len(given),
    )
