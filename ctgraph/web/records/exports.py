"""Records in the formats of badges, wallets and search engines."""

from __future__ import annotations

from flask import Response

from ctgraph.errors import NotAcceptable
from ctgraph.identity.ctid import Ctid
from ctgraph.ler.formats import formats_of, ler_format
from ctgraph.ler.subject import subject_of
from ctgraph.records.read import HeldDocument
from ctgraph.vocab import vocabulary
from ctgraph.web.http import respond
from ctgraph.web.http.registry import state
from ctgraph.web.records.representation import OFFERS


def exported(record: Ctid, held: HeldDocument, name: str) -> Response:
    """Return a record in one of the formats that only some classes of records have.

    It names other records, so it changes with their names, too, even that of a version.

    :raises NotAcceptable: when its class has no such format; the problem lists those that it has.
    """
    format = ler_format(name)
    assert format
    subject = subject_of(state().ledger, state().identity, record, held)
    if not format.takes(subject.kind):
        own = {one.name: one.media_type for one in formats_of(subject.kind)} | OFFERS
        raise NotAcceptable.naming(
            f"A record of the class {vocabulary().label(subject.kind)} cannot be had as "
            f"{format.title}. It has the formats {', '.join(own)}.",
            own.values(),
        )
    body = format.write(subject)
    return respond.unchanging(
        respond.content(body, format.media_type, caching=respond.Caching.REVALIDATE)
    )
