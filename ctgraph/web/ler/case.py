"""Competency frameworks as CASE clients ask for them. All answers are JSON, errors too."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response, request

from ctgraph.errors import BadParameter, CtgraphError, NotFound
from ctgraph.ler.case.definitions import COLLECTIONS
from ctgraph.ler.case.fields import Edition
from ctgraph.ler.case.questions import INVALID_SORT, MAX_LIMIT, Case
from ctgraph.web.http import respond
from ctgraph.web.http.description import described
from ctgraph.web.http.parameters import number, others_than, reads, several
from ctgraph.web.http.registry import state

blueprint = Blueprint("case", __name__, url_prefix="/ims/case/<any(v1p0, v1p1):edition>")
CODES = {
    400: "invalid_selection_field",
    401: "unauthorised_request",
    403: "forbidden",
    404: "unknownobject",
    410: "unknownobject",
    429: "server_busy",
    503: "server_busy",
}
"""The minor codes of errors by their status (CASE 1.1, section 7.1.38.2)."""


def _case(edition: str) -> Case:
    return Case(state().ledger, state().identity, Edition(edition), state().records_by_class)


@blueprint.get("/CFDocuments")
@reads("limit", "offset", "sort", "orderBy", "filter", "fields")
def documents(edition: str) -> Response:
    """Return a page of the frameworks."""
    limit, offset = number("limit", MAX_LIMIT), number("offset", 0)
    direction = request.args.get("orderBy", "asc")
    if direction not in ("asc", "desc"):
        raise BadParameter(
            f"Invalid orderBy={direction[:40]!r}. Use asc or desc.", code=INVALID_SORT
        )
    sort = request.args.get("sort", "identifier")
    filter = request.args.get("filter", "")
    found, total = _case(edition).documents(
        sort, direction == "desc", limit, offset, several("fields"), filter
    )
    response = respond.json({"CFDocuments": found})
    response.headers["X-Total-Count"] = str(total)
    if found and offset + len(found) < total:
        following = [*others_than("offset"), ("offset", str(offset + len(found)))]
        response.headers["Link"] = f'<{request.path}?{urlencode(following)}>; rel="next"'
    return response


@blueprint.get("/CFDocuments/<identifier>")
@reads()
def document(edition: str, identifier: str) -> Response:
    """Return a framework without its competencies."""
    return respond.json(_case(edition).framework(identifier).document())


@blueprint.get("/CFPackages/<identifier>")
@reads()
def package(edition: str, identifier: str) -> Response:
    """Return a framework with its competencies and their associations."""
    found = _case(edition).framework(identifier)
    return respond.unchanging(respond.json(found.package(), caching=respond.Caching.REVALIDATE))


@blueprint.get("/CFItems/<identifier>")
@reads()
def item(edition: str, identifier: str) -> Response:
    """Return a competency."""
    return respond.json(_case(edition).item(identifier))


@blueprint.get("/CFItemAssociations/<identifier>")
@reads()
def item_associations(edition: str, identifier: str) -> Response:
    """Return a competency, and the associations that begin or end at it."""
    return respond.json(_case(edition).item_associations(identifier))


@blueprint.get("/CFAssociations/<identifier>")
@reads()
def association(edition: str, identifier: str) -> Response:
    """Return an association."""
    return respond.json(_case(edition).association(identifier))


@blueprint.get("/CFRubrics/<identifier>")
@reads()
def rubric(edition: str, identifier: str) -> Response:
    """Return a rubric with its criteria and their levels."""
    return respond.json(_case(edition).rubric(identifier))


@blueprint.get(f"/<any({', '.join(COLLECTIONS)}):collection>/<identifier>")
@reads()
def definition(edition: str, collection: str, identifier: str) -> Response:
    """Return what the items of a framework name: a subject, a keyword, a type, a licence."""
    return respond.json(_case(edition).definition(collection, identifier))


@blueprint.get("/discovery/<name>")
@reads()
def discovery(edition: str, name: str) -> Response:
    """Return the description of this service (CASE 1.1, "Service Discovery")."""
    if name != f"imscase{edition}_openapi3_v1p0.json":
        raise NotFound(f"The description of this service is imscase{edition}_openapi3_v1p0.json.")
    base = f"{state().identity.base}/ims/case/{edition}"
    return respond.unchanging(respond.json(described("/ims/case/{edition}", base)))


@blueprint.errorhandler(CtgraphError)
def told(error: CtgraphError) -> Response:
    """Return an error as CASE clients read it (CASE 1.1, section 7.1.36)."""
    code = error.extra.get("code") or CODES.get(error.status, "internal_server_error")
    field = {"imsx_codeMinorFieldName": "TargetEndSystem", "imsx_codeMinorFieldValue": code}
    response = respond.json(
        {
            "imsx_codeMajor": "failure",
            "imsx_severity": "error",
            "imsx_description": error.public or error.message,
            "imsx_codeMinor": {"imsx_codeMinorField": [field]},
        },
        status=error.status,
    )
    if error.retry_after:
        response.headers["Retry-After"] = str(error.retry_after)
    return response
