"""Turn the official encodings of CTDL and CTDL-ASN into the facts that ship with ctgraph."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ctgraph.errors import CtgraphError
from ctgraph.vocab import CONTEXT_URLS, definitions, vocabulary

KINDS = {
    "rdfs:Class": "class",
    "rdf:Property": "property",
    "skos:ConceptScheme": "scheme",
    "skos:Concept": "concept",
}
FACTS = {
    "rdfs:subClassOf": "sub_class_of",
    "rdfs:subPropertyOf": "sub_property_of",
    "schema:domainIncludes": "domain_includes",
    "schema:rangeIncludes": "range_includes",
    "owl:inverseOf": "inverse_of",
    "meta:targetScheme": "target_scheme",
    "skos:inScheme": "in_scheme",
    "skos:broader": "broader",
}
MENDED = {
    # The official encoding forgets that these two are components of a pathway.
    "ceterms:CollectionComponent": {"sub_class_of": ["ceterms:PathwayComponent"]},
    "ceterms:MultiComponent": {"sub_class_of": ["ceterms:PathwayComponent"]},
}


def build(sources: list[Path], folder: Path) -> tuple[int, list[str]]:
    """Write ``terms.json`` and ``contexts/`` into `folder` from the official files.

    Schema encodings are told from contexts by their ``@graph``; a context is named after its
    file (``ctdl-context.json`` is the context ``ctdl``).

    :returns: how many terms were written, and the names of the contexts.
    :raises CtgraphError: when a file is neither.
    """
    terms: dict[str, dict[str, Any]] = {}
    contexts: dict[str, dict[str, Any]] = {}
    for source in sources:
        content = _read(source)
        if "@graph" in content:
            for node in content["@graph"]:
                _merge(terms, _facts(node))
        else:
            contexts[_context_name(source)] = {"@context": content["@context"]}
    (folder / "contexts").mkdir(parents=True, exist_ok=True)
    for name, context in contexts.items():
        _write(folder / "contexts" / f"{name}.json", context)
    _write(folder / "terms.json", [terms[curie] for curie in sorted(terms)])
    return len(terms), sorted(contexts)


def import_definitions(sources: list[Path], folder: Path) -> int:
    """Keep the definitions of the official schema encodings in `folder`, for the pages to show.

    :returns: how many terms have a definition.
    """
    found = {}
    for source in sources:
        for node in _read(source).get("@graph", []):
            sentence = _text(node.get("rdfs:comment") or node.get("skos:definition"))
            if sentence:
                found[vocabulary().expand(node["@id"])] = sentence
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / definitions.FILE, found)
    return len(found)


def _facts(node: dict[str, Any]) -> dict[str, Any]:
    curie = node["@id"]
    facts = {
        "curie": curie,
        "kind": KINDS[node["@type"]],
        "label": _text(node.get("rdfs:label") or node.get("skos:prefLabel")),
        "status": node.get("vs:term_status", "").removeprefix("vs:"),
    }
    for source, fact in FACTS.items():
        if source in node:
            values = node[source] if isinstance(node[source], list) else [node[source]]
            facts[fact] = [v["@id"] if isinstance(v, dict) else v for v in values]
    return facts | MENDED.get(curie, {})


def _merge(terms: dict[str, dict[str, Any]], facts: dict[str, Any]) -> None:
    """Add a term; one that both encodings declare joins the values of both."""
    known = terms.setdefault(facts["curie"], facts)
    for key, value in facts.items():
        if isinstance(value, list):
            known[key] = list(dict.fromkeys([*known.get(key, []), *value]))


def _read(source: Path) -> dict[str, Any]:
    try:
        content = json.loads(source.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise CtgraphError(f"{source} cannot be read as JSON: {error}") from error
    if not isinstance(content, dict) or not {"@graph", "@context"} & content.keys():
        raise CtgraphError(f"{source} is neither a schema encoding nor a JSON-LD context.")
    return content


def _context_name(source: Path) -> str:
    name = source.stem.removesuffix("-context")
    if name not in CONTEXT_URLS:
        raise CtgraphError(
            f"{source} is a context, but its name is not one of "
            + ", ".join(f"{known}-context.json" for known in CONTEXT_URLS)
        )
    return name


def _text(value: Any) -> str:
    return next(iter(value.values()), "") if isinstance(value, dict) else value or ""


def _write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
