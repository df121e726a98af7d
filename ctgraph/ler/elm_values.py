"""Values of records as the European Learning Model has them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from babel import Locale
from babel.core import get_global

from ctgraph.documents.node_values import each
from ctgraph.finder.schema_org.values import iri_of
from ctgraph.ler.subject import MAX_CHARS, Node, Subject

PREFIXES = {
    "adms": "http://www.w3.org/ns/adms#",
    "dc": "http://purl.org/dc/terms/",
    "elm": "http://data.europa.eu/snb/model/elm/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rov": "http://www.w3.org/ns/regorg#",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
AUTHORITY = "http://publications.europa.eu/resource/authority/"
"""The beginning of the IRIs of languages and countries (EU Publications Office)."""
UNKNOWN_LANGUAGE = "und"
"""The tag of texts whose language nobody states (BCP 47)."""


def spoken(subject: Subject, value: Any) -> list[Node]:
    """Return a text in each of its languages, once each."""
    found: dict[str, str] = {}
    for text, language in _texts(value):
        tag = "" if language in ("", "@none") else language
        found.setdefault(tag or _own_language(subject), text[:MAX_CHARS])
    return [{"@value": text, "@language": tag} for tag, text in found.items() if text.strip()]


def note(subject: Subject, values: list[Any]) -> Node:
    """Return some texts as one note; an empty one where there are none."""
    joined: dict[str, list[str]] = {}
    for value in values:
        for one in spoken(subject, value):
            joined.setdefault(one["@language"], []).append(one["@value"])
    if not joined:
        return {}
    literals = [{"@value": "\n\n".join(t), "@language": tag} for tag, t in joined.items()]
    return {"@type": "elm:Note", "elm:noteLiteral": literals}


def identifier(record: str) -> Node:
    """Return a CTID as an identifier."""
    return {"@type": "elm:Identifier", "skos:notation": record, "elm:schemeName": "CTID"}


def web_resource(url: str) -> Node:
    """Return an address in the web."""
    return {
        "@type": "elm:WebResource",
        "elm:contentUrl": {"@value": url, "@type": "xsd:anyURI"},
    }


def languages(subject: Subject) -> list[Node]:
    """Return the languages of a record as concepts of the EU authority table."""
    tags = subject.reading.texts(subject.node, "ceterms:inLanguage")
    codes = dict.fromkeys(filter(None, map(_alpha3, tags)))
    return [_concept(f"{AUTHORITY}language/{code.upper()}") for code in codes]


def location(subject: Subject, places: list[Node]) -> list[Node]:
    """Return the places of an organization whose countries are known."""
    found = []
    for place in places:
        names = each(subject.reading.text(place, "ceterms:addressCountry"))
        if code := next(filter(None, map(country, names)), ""):
            parts = ("streetAddress", "addressLocality", "addressRegion", "postalCode")
            words = [subject.reading.text(place, f"ceterms:{part}") for part in parts]
            address: Node = {
                "@type": "elm:Address",
                "elm:countryCode": _concept(f"{AUTHORITY}country/{code}"),
            }
            if full := note(subject, [", ".join(filter(None, words))]):
                address["elm:fullAddress"] = full
            found.append({"@type": "dc:Location", "elm:address": address})
    return found


def of_scheme(node: Node, begin: str) -> list[Node]:
    """Return the concepts that a record is aligned to and whose IRIs begin in a way."""
    iris = (iri_of(value) for values in node.values() for value in each(values))
    return [_concept(iri) for iri in dict.fromkeys(iris) if iri.startswith(begin)]


def country(name: str) -> str:
    """Return the code of a country (ISO 3166-1 alpha-3) by its English name or code; '' if none."""
    plain = name.strip()
    by_name, alpha3 = _countries()
    code = plain.upper() if len(plain) in (2, 3) else by_name.get(plain.casefold(), "")
    return code if code in alpha3.values() else alpha3.get(code, "")


@cache
def _countries() -> tuple[dict[str, str], dict[str, str]]:
    names = Locale("en").territories
    by_name = {name.casefold(): code for code, name in names.items() if len(code) == 2}
    aliases = get_global("territory_aliases")
    alpha3 = {new[0]: old for old, new in aliases.items() if len(old) == 3 and old.isalpha()}
    return by_name, alpha3


def _concept(iri: str) -> Node:
    return {"@id": iri, "@type": "skos:Concept"}


def _own_language(subject: Subject) -> str:
    import langcodes  # whose tables take a while to load

    tags = subject.reading.texts(subject.node, "ceterms:inLanguage")
    return next((tag for tag in tags if langcodes.tag_is_valid(tag)), UNKNOWN_LANGUAGE)


def _alpha3(tag: str) -> str:
    import langcodes

    if not langcodes.tag_is_valid(tag):
        return ""
    try:
        return langcodes.Language.get(tag).to_alpha3()
    except LookupError:
        return ""


def _texts(value: Any) -> Iterator[tuple[str, str]]:
    """Yield the texts of a value with their languages."""
    for item in each(value):
        if isinstance(item, str):
            yield item, ""
        elif isinstance(item, dict) and "@value" in item:
            yield str(item["@value"]), str(item.get("@language", ""))
        elif isinstance(item, dict):
            for tag, texts in item.items():
                yield from ((str(text), tag) for text in each(texts))
