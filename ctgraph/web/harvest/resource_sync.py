"""The lists of ResourceSync (ANSI/NISO Z39.99-2017)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from tempfile import TemporaryFile
from typing import IO

from flask import Blueprint, Response, request

from ctgraph import __version__
from ctgraph.harvest.resource_sync import LIST_CHANGES, ResourceSync
from ctgraph.ledger.registry import incarnation
from ctgraph.web.http import respond
from ctgraph.web.http.negotiation import etag
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state

blueprint = Blueprint("resource_sync", __name__)
XML = "application/xml"
ZIP = "application/zip"
CHUNK_BYTES = 65_536
"""Bytes of a package that are sent at once."""


@blueprint.get("/.well-known/resourcesync")
@reads()
def description() -> Response:
    """Return the source description."""
    return respond.unchanging(respond.content(_lists().description(), XML))


@blueprint.get("/resourcesync/capabilitylist.xml")
@reads()
def capabilities() -> Response:
    """Return the list of what ResourceSync clients can read here."""
    return respond.unchanging(respond.content(_lists().capabilities(), XML))


@blueprint.get("/resourcesync/resourcelist.xml")
@reads()
def resources() -> Response:
    """Return the list of all documents, or the index of several lists."""
    return _answer(_newest(), partial(_lists().resources, _records()))


@blueprint.get("/resourcesync/resourcelists/<name>.xml")
@reads()
def some_resources(name: str) -> Response:
    """Return the list of the documents whose CTIDs begin with some digits."""
    extent = _lists().extent(name, _records())
    return _answer(extent, partial(_lists().some_resources, name, extent))


@blueprint.get("/resourcesync/resourcedump.xml")
@reads()
def dumps() -> Response:
    """Return the list of the packages with all documents."""
    return _answer(_newest(), partial(_lists().dumps, _records()))


@blueprint.get("/resourcesync/dumps/<name>.zip")
@reads()
def dump(name: str) -> Response:
    """Return the package of the documents whose CTIDs begin with some digits."""
    extent = _lists().extent(name, _records())
    return _package(extent, partial(_lists().write_dump, name, extent))


@blueprint.get("/resourcesync/changelist.xml")
@reads()
def changes() -> Response:
    """Return the list of all changes, or the index of several lists."""
    return _answer(_newest(), partial(_lists().changes, _newest()))


@blueprint.get("/resourcesync/changelists/<int:number>.xml")
@reads()
def some_changes(number: int) -> Response:
    """Return one list of changes. One that is full never changes."""
    last, full = _newest(), number * LIST_CHANGES
    response = _answer(min(last, full + 1), partial(_lists().some_changes, number, last))
    if last > full:
        response.headers["Cache-Control"] = respond.Caching.FOREVER
    return response


@blueprint.get("/resourcesync/changedump.xml")
@reads()
def change_dumps() -> Response:
    """Return the list of the packages with all changes."""
    return _answer(_newest(), partial(_lists().change_dumps, _newest()))


@blueprint.get("/resourcesync/changedumps/<int:number>.zip")
@reads()
def change_dump(number: int) -> Response:
    """Return one package of changes. One that is full never changes."""
    last, full = _newest(), number * LIST_CHANGES
    write = partial(_lists().write_change_dump, number, last)
    response = _package(min(last, full + 1), write)
    if last > full:
        response.headers["Cache-Control"] = respond.Caching.FOREVER
    return response


def _lists() -> ResourceSync:
    return ResourceSync(state().ledger, state().identity)


def _newest() -> int:
    return state().ledger.changes.last_sequence()


def _records() -> int:
    return sum(state().records_by_class().values())


def _answer(stamp: object, read: Callable[[], bytes]) -> Response:
    """Return a list, or a 304 without reading it.

    :param stamp: differs whenever the list does.
    """
    response = _unless_known(stamp, XML)
    if response.status_code == 200:
        response.set_data(read())
    return response


def _package(stamp: object, write: Callable[[IO[bytes]], None]) -> Response:
    """Return a package, which is written to a file first, or a 304 without writing it.

    :param stamp: differs whenever the package does.
    """
    response = _unless_known(stamp, ZIP)
    if response.status_code == 200:
        file = TemporaryFile()  # noqa: SIM115 - it is read while the response is sent
        response.call_on_close(file.close)
        write(file)
        response.headers["Content-Length"] = str(file.tell())
        file.seek(0)
        response.response = iter(partial(file.read, CHUNK_BYTES), b"")
    return response


def _unless_known(stamp: object, media_type: str) -> Response:
    """Return a response without its content: a 304 where the client has that already."""
    response = respond.content(b"", media_type, caching=respond.Caching.REVALIDATE)
    tag = etag(incarnation(state().ledger.database), request.path, stamp, __version__)
    response.set_etag(tag)
    response.make_conditional(request)
    return response
