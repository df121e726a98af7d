"""The ``@context`` of a document: the official contexts that it names, the prefixes that it adds.

Only the two official contexts are read, from local files. No context is ever fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

import orjson

from ctgraph.documents.iris import is_iri
from ctgraph.documents.problems import shown
from ctgraph.problem import Problem
from ctgraph.vocab import CONTEXT_URLS, context_text, vocabulary
from ctgraph.vocab.canonical_terms import canonical_term, is_same_namespace

IRI_COERCIONS = {"@id", "@vocab"}
"""The types of terms whose strings are IRIs."""
_OFFICIAL = re.compile(
    r"https?://(?:www\.)?(?:credreg\.net|purl\.org)/(ctdl|ctdlasn|qdata)/schema/context/json/?",
    re.IGNORECASE,
)
_CONTEXTS = {"ctdl": "ctdl", "ctdlasn": "ctdlasn", "qdata": "ctdl"}
"""The contexts that ship with ctgraph, by the name in an official address. The context of CTDL
defines what that of QData does."""
PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
MAX_PREFIX_IRI_CHARS = 200
"""The longest IRI of a prefix: RDF repeats it wherever the prefix stands, so a longer one could
make very much RDF of a short document."""
MAX_KEPT_CONTEXTS = 4096
"""Parts of the contexts that are kept in memory, since many documents use the same terms."""


def inline_prefixes(context: Any, problems: list[Problem]) -> tuple[list[str], dict[str, str]]:
    """Read a document's ``@context``: which official contexts it names, which prefixes it adds.

    A remote context other than the official ones is a problem. So is an inline definition that is
    more than a prefix, or contradicts the official contexts.
    """
    named: list[str] = []
    prefixes: dict[str, str] = {}
    for index, entry in enumerate(context if isinstance(context, list) else [context]):
        at = "/@context" + (f"/{index}" if isinstance(context, list) else "")
        if isinstance(entry, str):
            official = _OFFICIAL.fullmatch(entry)
            if official:
                named.append(CONTEXT_URLS[_CONTEXTS[official[1].lower()]])
            else:
                problems.append(_not_fetched(entry, at))
        elif isinstance(entry, dict):
            for key, value in entry.items():
                known = vocabulary().context.get(key)
                if known is None and _is_prefix(key, value):
                    prefixes[key] = canonical_term(value)
                elif known != value and not is_same_namespace(known, value):
                    problems.append(_no_prefix(key, at))
        elif entry is not None:
            message = "A context must be an address or an object."
            problems.append(Problem(message, f"Name {CONTEXT_URLS['ctdl']}.", at))
    return list(dict.fromkeys(named)), prefixes


def with_definitions(named: Iterable[str], used: Iterable[str]) -> list[str]:
    """Return official contexts that define all terms and prefixes that a document uses.

    They are those that it names, or else that of CTDL, and the other one where only that defines
    something: the registry reads every document with both.
    """
    contexts = list(named) or [CONTEXT_URLS["ctdl"]]
    missing = set(used).difference(*(_defined(address) for address in contexts))
    others = [address for address in CONTEXT_URLS.values() if address not in contexts]
    return contexts + [address for address in others if not missing.isdisjoint(_defined(address))]


@cache
def _defined(address: str) -> frozenset[str]:
    [name] = (name for name, known in CONTEXT_URLS.items() if known == address)
    return frozenset(orjson.loads(context_text(name))["@context"])


def _is_prefix(key: str, value: Any) -> bool:
    return (
        PREFIX.fullmatch(key) is not None and is_iri(value) and len(value) <= MAX_PREFIX_IRI_CHARS
    )


def _not_fetched(address: str, at: str) -> Problem:
    return Problem(
        f"The remote context {shown(address)} is not fetched.",
        f"Name {' or '.join(CONTEXT_URLS.values())}, or define prefixes inline.",
        at,
    )


def _no_prefix(key: str, at: str) -> Problem:
    return Problem(
        f"The inline context may not define {shown(key)} this way.",
        "Inline contexts may only add prefixes: "
        f"a short name and an IRI of at most {MAX_PREFIX_IRI_CHARS} characters.",
        f"{at}/{key}",
    )


def context_for(used: Iterable[str], prefixes: dict[str, str]) -> dict[str, Any]:
    """Return the part of the official contexts that defines some keys, with further prefixes.

    The whole context would cost most of the parsing time of a small document.
    """
    return _official(frozenset(used)) | prefixes


@lru_cache(maxsize=MAX_KEPT_CONTEXTS)
def _official(used: frozenset[str]) -> dict[str, Any]:
    context = vocabulary().context
    chosen = {key: context[key] for key in used if key in context}
    for definition in list(chosen.values()):
        datatype = definition.get("@type", "") if isinstance(definition, dict) else ""
        prefix = datatype.partition(":")[0]
        if prefix in context:
            chosen[prefix] = context[prefix]
    return chosen
