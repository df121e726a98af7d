"""The SPARQL 1.1 Protocol: reading the request, and the headers of the answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from ctgraph import __version__
from ctgraph.rdf import formats
from ctgraph.settings import Settings
from ctgraph.sparql.formats import CSV, GRAPH_TYPES, JSON, RESULT_TYPES, RESULTS
from ctgraph.sparql.query import Query, query_form
from ctgraph.sparql.results import Result
from ctgraph.sparql.unknown_terms import HEADER, unknown_terms
from ctgraph.web.http.negotiation import HTML, Wish, etag, shown
from ctgraph.web.http.respond import Caching, content_type

WISHES = (
    "as-of",
    "default-graph-uri",
    "format",
    "named-graph-uri",
    "output",
    "results",
    "timeout",
)
"""The parameters that say how a query is to be answered."""
PARAMETERS = (*WISHES, "query")
"""The parameters of the endpoint (SPARQL 1.1 Protocol, section 2.1, and our own)."""
IGNORED = (
    "_",
    "debug",
    "fname",
    "force-accept",
    "log_debug_info",
    "queryLn",
    "run",
    "save",
    "should-sponge",
    "signal_unbound",
    "signal_void",
    "stylesheet",
)
"""Parameters that clients made for other endpoints send. None of them changes the question."""
SPREADSHEET = "spreadsheet"
"""The CSV of the buttons on pages: no text in it becomes a formula of a spreadsheet."""
PAGE = "page"
"""The page of the query: what a browser gets that follows a link to a query."""
ROW_OFFERS = RESULT_TYPES | {SPREADSHEET: f"{CSV.media_type}; for={SPREADSHEET}"}
GRAPH_OFFERS = GRAPH_TYPES | {
    f.name: f.media_type for f in (*formats.DATASETS, *formats.PROFILES) if f.writer
}
PAGE_TITLES = {SPREADSHEET: CSV.title} | {f.name: f.title for f in RESULTS if f is not CSV}
"""The formats of rows that pages offer. Their CSV is for spreadsheets."""
PLAIN = " #(),/:?"
"""What stands in the header of unknown terms as it is, beside what stands so in every address."""
LINK_TITLES = {name: PAGE_TITLES[name] for name in (SPREADSHEET, JSON.name)}
"""The formats that a page links to where it lists many queries."""
CHOICES = (
    ("html", "Text, shown here"),
    *((name, f"{title} (SELECT, ASK)") for name, title in PAGE_TITLES.items()),
    *((f.name, f"{f.title} (CONSTRUCT, DESCRIBE)") for f in formats.GRAPHS),
)
"""The choices in the form of a query: names of formats, and their titles."""


@dataclass(frozen=True)
class QueryRequest:
    """A query, the name of the format that its client wants, and how to call it in the answer."""

    query: Query
    name: str
    shown: str

    def tag(self, snapshot: Path | None, settings: Settings) -> str:
        """Return the entity tag of the answer, made of everything that the answer depends on.

        It is empty where the answer depends on the moment or on chance.
        """
        if self.query.is_volatile:
            return ""
        asked = vars(self.query).values()
        return etag(snapshot, *asked, self.name, self.shown, settings.query_rows, __version__)


def understand(
    text: str,
    wish: Wish,
    timeout: float | None = None,
    default_graphs: tuple[str, ...] = (),
    named_graphs: tuple[str, ...] = (),
) -> QueryRequest:
    """Return a query with the format that the client wants.

    A client that takes HTML and names no format gets the page of the query, as :data:`PAGE`.

    :raises NotAcceptable: when the client wants no format that there is.
    """
    graphs = query_form(text) in ("CONSTRUCT", "DESCRIBE")
    offers, elsewhere = (GRAPH_OFFERS, ROW_OFFERS) if graphs else (ROW_OFFERS, GRAPH_OFFERS)
    name = wish.choose(offers | {"html": HTML}, elsewhere=elsewhere)
    chosen = offers.get(name, HTML)
    type_shown = shown(wish.accept, chosen)
    if name == SPREADSHEET:
        # TSV tells numbers from texts.
        chosen, type_shown = RESULT_TYPES["tsv"], CSV.media_type
    elif name == "html":
        # The form of a page without scripts gets a format that browsers show.
        name = name if wish.names else PAGE
        chosen, type_shown = GRAPH_TYPES["turtle"] if graphs else CSV.media_type, "text/plain"
    return QueryRequest(
        Query(
            text,
            default_graphs=default_graphs,
            named_graphs=named_graphs,
            result_type=RESULT_TYPES["json"] if graphs else chosen,
            graph_type=chosen if graphs else GRAPH_TYPES["turtle"],
            timeout=timeout,
        ),
        name,
        content_type(type_shown),
    )


def headers(text: str, tag: str, timeout: float, rows: int) -> list[tuple[str, str]]:
    """Return the headers of an answer, including a 304.

    :param text: the query.
    :param tag: its entity tag; empty for an answer that differs each time, which nobody may keep.
    """
    unknown = ", ".join(map(str, unknown_terms(text)))
    return [
        *([(HEADER, quote(unknown, safe=PLAIN))] if unknown else []),
        *([("ETag", f'"{tag}"')] if tag else []),
        ("Vary", "Accept, Accept-Encoding"),
        ("Ctgraph-Row-Limit", str(rows)),
        ("Ctgraph-Timeout", f"{timeout:g}"),
        ("Cache-Control", Caching.REVALIDATE if tag else Caching.NEVER),
        ("Link", '</sparql>; rel="service-desc", </void>; rel="describedby"'),
    ]


def cut_header(result: Result) -> list[tuple[str, str]]:
    """Return the header that says that rows were cut, or that this is not yet known."""
    if result.cut is False:
        return []
    return [("Ctgraph-Result-Cut", "true" if result.cut else "unknown")]
