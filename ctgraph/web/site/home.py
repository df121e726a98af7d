"""The home page: the contents of this registry, and how to use it."""

from __future__ import annotations

from flask import Blueprint, Response

from ctgraph import __version__
from ctgraph.errors import StoreError
from ctgraph.finder.found import Found
from ctgraph.finder.schema_org import website
from ctgraph.pathways.families import ROOTS, Family
from ctgraph.rdf.namespaces import Curie
from ctgraph.vocab import vocabulary
from ctgraph.web.http import respond
from ctgraph.web.http.languages import language
from ctgraph.web.http.negotiation import choose
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state

blueprint = Blueprint("home", __name__)
SECTIONS = {
    "Credentials": ROOTS[Family.CREDENTIAL],
    "Organizations": ("ceterms:Agent", "ceterms:Organization"),
    "Learning and assessment": (*ROOTS[Family.LEARNING], *ROOTS[Family.ASSESSMENT]),
    "Pathways and transfer": (
        "ceterms:Pathway",
        "ceterms:PathwaySet",
        "ceterms:Collection",
        "ceterms:TransferValueProfile",
        "ceterms:TransferIntermediary",
    ),
    "Competencies and schemes": (
        "ceasn:CompetencyFramework",
        "skos:ConceptScheme",
        "ceasn:Rubric",
        "asn:ProgressionModel",
        "ceasn:Competency",
    ),
    "Work": (*ROOTS[Family.WORK], "ceterms:Industry"),
}
"""The headings under which the page counts the classes of records, and the classes of each."""
OTHER = "Further records"


@blueprint.get("/")
@reads("format")
def home() -> Response:
    """Return the home page."""
    counts = state().records_by_class()
    groups: dict[str, list[tuple[str, int]]] = {section: [] for section in (*SECTIONS, OTHER)}
    for kind, count in sorted(counts.items(), key=lambda pair: -pair[1]):
        groups[_section(kind)].append((kind, count))
    if choose(respond.JSON_OR_PAGE, usual="html") == "json":
        body = {
            "name": "ctgraph",
            "version": __version__,
            "records": counts,
            "sequence": state().ledger.changes.last_sequence(),
        }
        return respond.json(body)
    total = sum(counts.values())
    return respond.page(
        "site/home.html",
        groups=groups,
        total=total,
        found=_found(),
        markup=[website(state().settings.base_url, language())],
        changed=state().ledger.changes.newest_moment()[:10],
    )


def _found() -> Found | None:
    """Return the newest records, and the organizations with the most; None without an index."""
    try:
        return state().front.found()
    except StoreError:
        return None


def _section(kind: Curie) -> str:
    return next((s for s, roots in SECTIONS.items() if vocabulary().is_a(kind, *roots)), OTHER)
