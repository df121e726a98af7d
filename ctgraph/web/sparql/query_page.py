"""The page where queries are written."""

from __future__ import annotations

from flask import Response

from ctgraph.sparql.stored_queries import StoredQuery, all_stored
from ctgraph.vocab import vocabulary
from ctgraph.web.http import respond
from ctgraph.web.http.policy import policy
from ctgraph.web.http.registry import state
from ctgraph.web.sparql.protocol import CHOICES

TABLE_STYLES = (
    "'sha256-zCK2EVMoPc04mRF/g5CotUvxbJPWS+8V0b+s9ptqQIk='",
    "'sha256-c0O6TmFAkgpNbHxKAa1BrveWHHopjEtC47i0PzMudxg='",
)
"""The digests of the two style sheets that Yasgui's table makes for the edges of its columns."""
EXAMPLE = """# Credentials with their owners
SELECT ?credential ?name ?owner WHERE {
  ?credential a ?class ; ceterms:name ?name ; ceterms:ownedBy/ceterms:name ?owner .
  FILTER EXISTS { ?credential ceterms:credentialStatusType [] }
}
ORDER BY ?name
LIMIT 50
"""


def query_page(
    text: str = EXAMPLE, query: StoredQuery | None = None, given: dict[str, str] | None = None
) -> Response:
    """Return the page, with the terms that it completes.

    :param text: the query in the editor.
    :param query: the ready-made query that the page is about, with its parameters as `given`.
    """
    terms = {
        kind: sorted(t.curie for t in vocabulary() if t.kind == kind)
        for kind in ("class", "property")
    }
    response = respond.page(
        "sparql/sparql.html",
        query=text,
        formats=CHOICES,
        settings=state().settings,
        examples=all_stored(state().settings),
        registry={
            "prefixes": state().work.pool.prefixes,
            "classes": terms["class"],
            "properties": terms["property"],
        },
        stored=query,
        given=given,
    )
    response.headers["Content-Security-Policy"] = policy(*TABLE_STYLES)
    return response
