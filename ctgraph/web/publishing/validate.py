"""Validating a document over HTTP: for programs, and on a page."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, request
from pyoxigraph import RdfFormat

from ctgraph.documents import Purpose
from ctgraph.documents.json_text import where_not_utf8
from ctgraph.documents.rdf_input import RDF_INPUTS
from ctgraph.errors import BadParameter, UnsupportedMediaType
from ctgraph.problem import Problem
from ctgraph.publishing.intake import examine_here
from ctgraph.rdf.formats import FORMATS, JSON_LD, Format, format_named
from ctgraph.validation.report import Report, capped
from ctgraph.validation.report_formats import REPORT_FORMATS
from ctgraph.validation.severity_words import WORDS
from ctgraph.web.http import questions, respond
from ctgraph.web.http.bodies import require_document
from ctgraph.web.http.negotiation import HTML, choose
from ctgraph.web.http.page_limit import fitting
from ctgraph.web.http.parameters import flag, reads
from ctgraph.web.http.registry import state

blueprint = Blueprint("validate", __name__)
OFFERS = {f.name: f.media_type for f in REPORT_FORMATS.values()} | {"html": HTML}
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
JSON_TYPES = (respond.JSON, JSON_LD.media_type, "text/plain", "")
INPUTS = {format.name: format for format in (JSON_LD, *RDF_INPUTS)}
EXTENSIONS = [f".{format.extension}" for format in FORMATS]
"""The extensions of the files that a browser offers to send."""
MAX_LINES = 5_000
"""Lines of a document that a page shows. Browsers become slow with more."""
MAX_LINE_CHARACTERS = 2_000
"""Characters of a line that a page shows. Longer lines are data, such as an image."""
MAX_TEXT_CHARACTERS = 1_000_000
"""The largest document that is put back into the form to be edited."""
MAX_PROBLEMS = 1_000
"""Problems that a page lists, of all documents together."""


@dataclass(frozen=True)
class Line:
    """One line of a document as shown, with the problems that begin on it."""

    number: int
    text: str
    problems: tuple[Problem, ...]


@blueprint.get("/validate")
@reads("format")
def form() -> Response:
    """Return the page where a document is pasted or dropped."""
    return _validate_page(chosen=JSON_LD.name, document="")


@blueprint.post("/validate")
@reads("format", "harvested")
def validate() -> Response:
    """Return the report on a document. Nothing is stored, and no key is needed.

    The document is the request's body in any RDF format, or the field ``document`` or the file
    ``file`` of a form. It is held to the rules for publishing, or with ``harvested=true`` to those
    of a load.
    """
    name = choose(OFFERS)
    data, format = _submitted()
    require_document(data.strip())
    at = None if format and format.writer == RdfFormat.RDF_XML else where_not_utf8(data)
    if at is not None:
        message = f"The document is not UTF-8 at byte {at}."
        raise BadParameter(message, [Problem(message, "Save it as UTF-8, and send it again.", "")])
    purpose = Purpose.HARVEST if flag("harvested") else Purpose.PUBLISH
    if name == "html":
        return _page(data, format, state().validate(examine_here, data, format, purpose), purpose)
    written = state().validate(questions.report, data, format, purpose, name)
    return respond.content(written, OFFERS[name])


def _submitted() -> tuple[bytes, Format | None]:
    """Return the document of the request, and its RDF format; None is JSON-LD.

    :raises UnsupportedMediaType: if the format is not supported.
    """
    # curl --data says that it sends a form. A body without such a field is read as a document.
    data = request.get_data() if request.mimetype != "multipart/form-data" else b""
    if request.mimetype in FORMS and (request.files or "document" in request.form):
        return _from_form()
    if request.mimetype in (*JSON_TYPES, *FORMS):
        return data, None
    format = format_named(request.mimetype)
    if format is None:
        known = ", ".join(f.media_type for f in RDF_INPUTS)
        raise UnsupportedMediaType(
            f"{request.mimetype} is not supported. Send {JSON_LD.media_type} or one of {known}."
        )
    return data, _rdf(format)


def _from_form() -> tuple[bytes, Format | None]:
    """Return the document of a form: a file, or a text with the format that `input` names."""
    given = request.form.get("input", JSON_LD.name)
    format = format_named(given)
    if format is None:
        raise UnsupportedMediaType(f"Invalid input={given[:40]!r}. Use one of {', '.join(INPUTS)}.")
    for name in ("file", "document"):
        file = request.files.get(name)
        if file and file.filename:
            named = format_named(file.filename.rpartition(".")[2])
            return file.read(), _rdf(named or format)
    return request.form.get("document", "").encode(), _rdf(format)


def _rdf(format: Format | None) -> Format | None:
    return format if format in RDF_INPUTS else None


def _page(data: bytes, format: Format | None, reports: list[Report], purpose: Purpose) -> Response:
    text = data.decode("utf-8", "replace")
    most = max(1, MAX_PROBLEMS // len(reports))
    shown = [(report, capped(report.problems, most)) for report in reports]
    problems: dict[int, list[Problem]] = {}
    for _, listed in shown:
        for problem in listed:
            problems.setdefault(problem.detail.line, []).append(problem)
    given = text.split("\n")
    lines = [
        Line(number, line, tuple(problems.get(number, ())))
        for number, line in enumerate(
            fitting((line[:MAX_LINE_CHARACTERS] for line in given), MAX_LINES), 1
        )
    ]
    return _validate_page(
        chosen=(format or JSON_LD).name,
        document=text if len(text) <= MAX_TEXT_CHARACTERS else "",
        reports=shown,
        harvested=purpose is Purpose.HARVEST,
        lines=lines,
        cut=len(lines) < len(given),
    )


def _validate_page(**values: object) -> Response:
    return respond.page(
        "publishing/validate.html",
        inputs=INPUTS,
        extensions=EXTENSIONS,
        report_formats=[*REPORT_FORMATS.values()],
        severities=WORDS,
        **values,
    )
