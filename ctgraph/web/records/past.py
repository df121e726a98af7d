"""Records at moments of their past, and the links of a record and of its versions."""

from __future__ import annotations

from flask import Response, after_this_request

from ctgraph.errors import Gone
from ctgraph.harvest.links import Link, header, http_time
from ctgraph.harvest.memento import Original
from ctgraph.harvest.signposting import ABOUT_PAGE, Signposts
from ctgraph.identity.ctid import Ctid
from ctgraph.records import read
from ctgraph.records.read import HeldDocument
from ctgraph.records.scope import Scope
from ctgraph.web.http.registry import state

_PASSING = ("author", "type", "alternate")
"""Links of a record as it stands now, which its versions do not have."""


def held(record: Ctid, kind: Scope, number: int | None, moment: str | None) -> HeldDocument:
    """Return the document to show: as it stood at a moment, or in a version, or stands now.

    The answer to a withdrawn one has the links of a version, too.

    :raises NotFound: when there is no such record or version.
    :raises Gone: when it was withdrawn.
    """
    document = kind is Scope.DOCUMENT
    try:
        if moment:
            return read.held_at(state().ledger, record, moment, document)
        return read.held(state().ledger, record, number, document)
    except Gone as gone:
        withdrawn = gone.extra["withdrawnAt"]
        told = {"Link": header(_original(record, kind).around(withdrawn))}
        if moment or number:
            told["Memento-Datetime"] = http_time(withdrawn)
        after_this_request(lambda response: _with_headers(response, told))
        raise


def link(
    response: Response,
    record: Ctid,
    kind: Scope,
    held: HeldDocument,
    number: int | None,
    is_page: bool,
) -> None:
    """Add the links of a record to a response, and to that of a version when it was made."""
    signposts = Signposts(state().ledger, state().identity, state().settings.license)
    links = signposts.of(record, kind, held)
    if number:  # caches keep it for good, and the record's owner and class may change
        links = [one for one in links if one.rel not in _PASSING]
    if is_page:
        links.append(Link(ABOUT_PAGE, "type"))
    original = _original(record, kind)
    if number:
        links += original.around(held.modified, lasting=True)
        response.headers["Memento-Datetime"] = http_time(held.modified)
    else:
        links += original.links()
    response.headers["Link"] = header(links)


def _original(record: Ctid, kind: Scope) -> Original:
    return Original(state().ledger, state().identity, record, kind)


def _with_headers(response: Response, headers: dict[str, str]) -> Response:
    response.headers.update(headers)
    return response
