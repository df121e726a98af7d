"""Documents of other formats as documents of CTDL: Open Badges 2.0 and 3.0, and CASE 1.0 and 1.1.

What another format says and CTDL has no word for is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ctgraph.documents.requests import REQUEST, is_request
from ctgraph.errors import BadParameter
from ctgraph.identity import Identity, ctid
from ctgraph.identity.ctid import Ctid, is_ctid
from ctgraph.vocab import CONTEXT_URLS

Node = dict[str, Any]
LANGUAGE = "en-US"
"""The language of words whose own is not said."""
_KNOWN = (
    "Use a document of CTDL as JSON-LD, a badge of Open Badges 2.0 or 3.0, or a package of CASE "
    "with its CFDocument and CFItems."
)


_WRAPPERS = ("decoded_resource", "GraphInput")
"""What holds the document in an envelope of a registry, and in a request to publish a graph."""


def as_ctdl(value: Any, identity: Identity) -> Node:
    """Return a decoded JSON document as a document of CTDL, whose first entity is the record.

    :raises BadParameter: when it is of no format that is known.
    """
    if not isinstance(value, dict):
        raise BadParameter(f"The file is no JSON object. {_KNOWN}")
    value = next((value[one] for one in _WRAPPERS if isinstance(value.get(one), dict)), value)
    if isinstance(value.get("CFDocument"), dict):
        return _framework(value, identity)
    if badge := _badge(value):
        return _credential(badge, identity)
    return _ctdl(value, identity)


def _ctdl(value: Node, identity: Identity) -> Node:
    graph = value.get("@graph", [{k: v for k, v in value.items() if k != "@context"}])
    if not isinstance(graph, list) or not all(isinstance(node, dict) for node in graph):
        raise BadParameter(f"@graph is no list of objects. {_KNOWN}")
    records = [n for n in graph if str(n.get("ceterms:ctid", "")) in str(value.get("@id", ""))]
    first: Node = next(iter([*records, *graph]), {})
    if ":" not in str(first.get("@type", "")) and is_request(value):
        raise BadParameter(f"{REQUEST.message} {REQUEST.remedy}")
    if ":" not in str(first.get("@type", "")):
        raise BadParameter(f"The file has no @type such as ceterms:Certificate. {_KNOWN}")
    record = str(first.get("ceterms:ctid", "")).lower()
    record = record if is_ctid(record) else ctid.mint()
    entity = first | {"@type": str(first["@type"]), "ceterms:ctid": record}
    entity.setdefault("@id", identity.resource(record))
    others = [node for node in graph if node is not first]
    return {
        "@context": value.get("@context", CONTEXT_URLS["ctdl"]),
        "@id": value.get("@id", identity.graph(record)),
        "@graph": [entity, *others],
    }


def _badge(value: Node) -> Node | None:
    """Return the achievement of Open Badges 3.0, or the badge class of 2.0, that a document has."""
    subject = value.get("credentialSubject")
    for found in (subject.get("achievement") if isinstance(subject, dict) else None, value):
        if isinstance(found, dict) and {"Achievement", "BadgeClass"} & {*_texts(found, "type")}:
            return found
    badge = value.get("badge")
    return badge if isinstance(badge, dict) and "name" in badge else None


def _credential(badge: Node, identity: Identity) -> Node:
    record = ctid.mint()
    criteria = badge.get("criteria")
    criteria = criteria if isinstance(criteria, dict) else {"id": criteria}
    image = badge.get("image")
    webpage = next(_addresses(criteria.get("id"), badge.get("id")), None)
    entity: Node = {
        "@type": "ceterms:OpenBadge",
        "@id": identity.resource(record),
        "ceterms:ctid": record,
        "ceterms:name": _words(badge, "name"),
        "ceterms:description": _words(badge, "description"),
        "ceterms:subjectWebpage": webpage,
        "ceterms:image": next(
            _addresses(image.get("id") if isinstance(image, dict) else image), None
        ),
        "ceterms:keyword": _words(badge, "tag", "tags"),
        "ceterms:codedNotation": next(_texts(badge, "humanCode"), None),
        "ceterms:requires": _required(criteria, badge),
    }
    return _document("ctdl", record, [entity], identity)


def _required(criteria: Node, badge: Node) -> list[Node]:
    """Return the condition that the criteria and the alignments of a badge say."""
    condition: Node = {
        "@type": "ceterms:ConditionProfile",
        "ceterms:description": _words(criteria, "narrative"),
        "ceterms:subjectWebpage": next(_addresses(criteria.get("id")), None),
        "ceterms:targetCompetency": [
            _filled(
                {
                    "@type": "ceterms:CredentialAlignmentObject",
                    "ceterms:targetNode": next(_addresses(one.get("targetUrl")), None),
                    "ceterms:targetNodeName": _words(one, "targetName"),
                    "ceterms:frameworkName": _words(one, "targetFramework"),
                    "ceterms:codedNotation": next(_texts(one, "targetCode"), None),
                }
            )
            for one in (*_objects(badge, "alignment"), *_objects(badge, "alignments"))
        ],
    }
    found = _filled(condition)
    return [found] if len(found) > 1 else []


def _framework(package: Node, identity: Identity) -> Node:
    about = package["CFDocument"]
    record = _ctid(about)
    items = {_ctid(item): item for item in _objects(package, "CFItems")}
    above: dict[Ctid, Ctid] = {}
    for one in _objects(package, "CFAssociations"):
        child, parent = (_end(one.get(end)) for end in ("originNodeURI", "destinationNodeURI"))
        if one.get("associationType") == "isChildOf" and child in items and parent:
            above[child] = parent
    below: dict[Ctid, list[str]] = {}
    for child in items:
        parent = above.get(child, record)
        below.setdefault(parent if parent in items else record, []).append(identity.resource(child))
    entity: Node = {
        "@type": "ceasn:CompetencyFramework",
        "@id": identity.resource(record),
        "ceterms:ctid": record,
        "ceasn:name": _words(about, "title"),
        "ceasn:description": _words(about, "description", "notes"),
        "ceasn:inLanguage": [next(_texts(about, "language"), LANGUAGE)],
        "ceasn:source": [*_addresses(about.get("officialSourceURL"), about.get("uri"))][:1],
        "ceasn:publisherName": _words(about, "publisher"),
        "ceasn:hasTopChild": below.get(record, []),
    }
    competencies = (
        {
            "@type": "ceasn:Competency",
            "@id": identity.resource(child),
            "ceterms:ctid": child,
            "ceasn:competencyText": _words(item, "fullStatement"),
            "ceasn:codedNotation": next(_texts(item, "humanCodingScheme"), None),
            "ceasn:comment": _words(item, "notes"),
            "ceasn:listID": next(_texts(item, "listEnumeration"), None),
            "ceasn:competencyCategory": _words(item, "CFItemType"),
            "ceasn:inLanguage": [next(_texts(item, "language"), LANGUAGE)],
            "ceasn:isPartOf": identity.resource(record),
            "ceasn:hasChild": below.get(child, []),
            **_parent(above.get(child, record), record, items, identity),
        }
        for child, item in items.items()
    )
    return _document("ctdlasn", record, [entity, *competencies], identity)


def _parent(parent: Ctid, record: Ctid, items: dict[Ctid, Node], identity: Identity) -> Node:
    if parent in items:
        return {"ceasn:isChildOf": [identity.resource(parent)]}
    return {"ceasn:isTopChildOf": [identity.resource(record)]}


def _document(context: str, record: Ctid, graph: list[Node], identity: Identity) -> Node:
    return {
        "@context": CONTEXT_URLS[context],
        "@id": identity.graph(record),
        "@graph": [_filled(node) for node in graph],
    }


def _ctid(thing: Node) -> Ctid:
    """Return the CTID of the GUID of a thing of CASE; a new one where it is no UUID."""
    found = f"ce-{str(thing.get('identifier', '')).lower()}"
    return found if is_ctid(found) else ctid.mint()


def _end(node: Any) -> Ctid | None:
    """Return the CTID of an end of an association."""
    found = f"ce-{str(node.get('identifier', '')).lower()}" if isinstance(node, dict) else ""
    return found if is_ctid(found) else None


def _filled(node: Node) -> Node:
    """Return a thing without what is empty."""
    return {name: value for name, value in node.items() if value not in (None, "", [], {})}


def _objects(node: Node, name: str) -> list[Node]:
    found = node.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _texts(node: Node, *names: str) -> Iterator[str]:
    """Yield the texts of some properties."""
    for name in names:
        value = node.get(name)
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str) and one.strip():
                yield one


def _words(node: Node, *names: str) -> Node | None:
    """Return the texts of some properties as words of their language."""
    texts = [*_texts(node, *names)]
    language = next(_texts(node, "language", "@language", "inLanguage"), LANGUAGE)
    return {language: texts[0] if len(texts) == 1 else texts} if texts else None


def _addresses(*values: Any) -> Iterator[str]:
    for value in values:
        if isinstance(value, str) and value.startswith(("https://", "http://")):
            yield value
