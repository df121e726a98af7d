"""The page where queries are written."""

from __future__ import annotations

from functools import cache

from flask import Response, request

from ctgraph.pathways.families import FAMILIES
from ctgraph.pathways.picking import Pick
from ctgraph.sparql.stored_queries import StoredQuery, all_stored
from ctgraph.vocab import vocabulary
from ctgraph.vocab.own_terms import OwnTermKind, own_terms
from ctgraph.web.http import respond
from ctgraph.web.http.policy import policy
from ctgraph.web.http.registry import state
from ctgraph.web.sparql.protocol import CHOICES

TABLE_STYLES = (
    "'sha256-zCK2EVMoPc04mRF/g5CotUvxbJPWS+8V0b+s9ptqQIk='",
    "'sha256-c0O6TmFAkgpNbHxKAa1BrveWHHopjEtC47i0PzMudxg='",
)
"""The digests of the two style sheets that Yasgui's table makes for the edges of its columns."""
COMPLETED = (OwnTermKind.CLASS, OwnTermKind.PROPERTY, OwnTermKind.VALUE)
"""The terms of this registry that stand in queries. Rules and problems stand in reports."""
KEPT = ("as-of", "default-graph-uri", "named-graph-uri", "timeout")
"""The parameters of a link to a query with which its page asks, too: they change the answer."""
EXAMPLE = """# Credentials with their owners
SELECT ?credential ?name ?owner WHERE {
  ?credential a ?class ; ceterms:name ?name ; ceterms:ownedBy/ceterms:name ?owner .
  FILTER EXISTS { ?credential ceterms:credentialStatusType [] }
}
ORDER BY ?name
LIMIT 50
"""


def query_page(
    text: str = EXAMPLE,
    query: StoredQuery | None = None,
    given: dict[str, str] | None = None,
    picks: dict[str, Pick] | None = None,
    *,
    runs: bool = False,
) -> Response:
    """Return the page, with the terms that it completes.

    :param text: the query in the editor.
    :param query: the ready-made query that the page is about, with its parameters as `given`.
    :param picks: what the fields of those parameters hold that take a record.
    :param runs: whether the page shows the result at once.
    """
    response = respond.page(
        "sparql/sparql.html",
        query=text,
        formats=CHOICES,
        settings=state().settings,
        examples=all_stored(state().settings),
        registry={
            "prefixes": state().work.pool.prefixes,
            "terms": _completed_terms(),
            "wishes": {name: values for name, values in request.args.lists() if name in KEPT},
            "runs": runs,
        },
        stored=query,
        given=given,
        picks=picks,
        families=FAMILIES,
    )
    response.headers["Content-Security-Policy"] = policy(*TABLE_STYLES)
    return response


@cache
def _completed_terms() -> list[str]:
    """Return the terms that the editor completes: those of CTDL and of this registry."""
    ctdl = {term.curie for term in vocabulary() if term.kind in ("class", "property")}
    own = {own_terms().compact(term.iri) for term in own_terms() if term.kind in COMPLETED}
    return sorted(ctdl | own)
