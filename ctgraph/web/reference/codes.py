"""The lists of codes that the operator imported, and their codes by words."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from ctgraph.errors import BadParameter
from ctgraph.forms.codes import Code, alignment
from ctgraph.ledger.codes import MAX_FOUND_CODES, Edition
from ctgraph.web.http import respond
from ctgraph.web.http.negotiation import choose
from ctgraph.web.http.parameters import number, reads, words
from ctgraph.web.http.registry import state

MAX_TYPED_CODE_CHARACTERS = 200
"""Characters of a search for codes: a longer one is a text."""
blueprint = Blueprint("codes", __name__)


@blueprint.get("/codes")
@reads("q", "property", "format")
def lists() -> Response:
    """Return the lists, or those whose codes a property takes; with words, also their codes."""
    codes, typed = state().ledger.codes, _typed()
    found = codes.newest(words("property"))
    hits = codes.search(found, typed)
    if choose(respond.JSON_OR_PAGE) == "html":
        return respond.page(
            "reference/code_lists.html", lists=found, hits=hits, q=typed, most=MAX_FOUND_CODES
        )
    return respond.json({"lists": list(map(_list, found)), "codes": list(map(_code, hits))})


@blueprint.get("/codes/<framework>")
@reads("q", "after", "edition", "format")
def one(framework: str) -> Response:
    """Return codes of a list: those that words find, or all of them in pages."""
    codes, typed, after = state().ledger.codes, _typed(), words("after")
    edition = codes.edition(framework, number("edition", 0))
    if typed and after:
        raise BadParameter("A search has one page. Leave q or after out.")
    if typed:
        hits, following = codes.search([edition], typed), ""
    else:
        hits = [(edition, code) for code in codes.after(edition, after)]
        following = _after(framework, hits[-1][1]) if len(hits) == MAX_FOUND_CODES else ""
    if choose(respond.JSON_OR_PAGE) == "html":
        return respond.page(
            "reference/codes.html",
            edition=edition,
            hits=hits,
            q=typed,
            next=following,
            most=MAX_FOUND_CODES,
        )
    told = _list(edition) | {"codes": list(map(_code, hits))}
    return respond.json(told | ({"next": following} if following else {}))


def _typed() -> str:
    typed = words("q").strip()
    if len(typed) > MAX_TYPED_CODE_CHARACTERS:
        raise BadParameter(f"Search with {MAX_TYPED_CODE_CHARACTERS} characters at most.")
    return typed


def _after(framework: str, last: Code) -> str:
    kept = {"edition": request.args["edition"]} if "edition" in request.args else {}
    return f"/codes/{framework}?{urlencode(kept | {'after': last.code})}"


def _list(edition: Edition) -> dict[str, Any]:
    of = edition.list
    return {
        "key": of.key,
        "framework": of.framework,
        "frameworkName": of.title,
        "properties": of.properties,
        "edition": edition.number,
        "importedAt": edition.created_at,
        "size": edition.size,
        "href": f"/codes/{of.key}",
    }


def _code(hit: tuple[Edition, Code]) -> dict[str, Any]:
    edition, code = hit
    return {
        "list": edition.list.key,
        "code": code.code,
        "name": code.name,
        "definition": code.definition,
        "parent": code.parent,
        "alignment": alignment(edition.list, code.code, code.name),
    }
