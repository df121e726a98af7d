"""SPARQLWrapper: every return format, method and kind of query."""

from __future__ import annotations

import itertools
import warnings
from typing import Any

import pytest

from tests.support.clients import CTID, LICENSE, LICENSES

sparqlwrapper = pytest.importorskip("SPARQLWrapper", reason="needs SPARQLWrapper")

FORMATS = (None, "json", "xml", "csv", "tsv", "turtle", "n3", "rdf", "rdf+xml", "json-ld")
METHODS = (("GET", "urlencoded"), ("POST", "urlencoded"), ("POST", "postdirectly"))
CASES = list(itertools.product(FORMATS, METHODS))


def asked(site: str, query: str, format: str | None, method: tuple[str, str]) -> Any:
    client = sparqlwrapper.SPARQLWrapper(f"{site}/sparql")
    client.setMethod(method[0])
    client.setRequestMethod(method[1])
    client.setQuery(query)
    if format:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            client.setReturnFormat(format)
    with warnings.catch_warnings():
        # It warns where the answer is in another format than it hoped for.
        warnings.simplefilter("ignore")
        return client.query().convert()


def graph(converted: Any) -> set[Any]:
    """Return the triples of an answer, which some formats leave as text."""
    import rdflib

    if isinstance(converted, bytes):
        converted = rdflib.Graph().parse(data=converted, format="turtle")
    return set(converted.triples((None, None, None)))


@pytest.mark.parametrize(("format", "method"), CASES)
def test_select(site: str, format: str | None, method: tuple[str, str]) -> None:
    found = asked(site, f"SELECT ?s {{ ?s a <{LICENSE}> }}", format, method)
    if isinstance(found, bytes):
        assert len(found.decode().strip().splitlines()) == 1 + LICENSES
    elif isinstance(found, dict):
        assert len(found["results"]["bindings"]) == LICENSES
    else:
        assert len(found.getElementsByTagName("result")) == LICENSES


@pytest.mark.parametrize(("format", "method"), CASES)
@pytest.mark.parametrize("holds", [True, False])
def test_ask(site: str, format: str | None, method: tuple[str, str], holds: bool) -> None:
    found = asked(site, f"ASK {{ ?s a <{LICENSE if holds else 'urn:none'}> }}", format, method)
    word = str(holds).lower()
    if isinstance(found, bytes):
        assert found.decode().strip() == word
    elif isinstance(found, dict):
        assert found["boolean"] is holds
    else:
        assert found.getElementsByTagName("boolean")[0].firstChild.data == word


@pytest.mark.parametrize(("format", "method"), CASES)
def test_construct(site: str, format: str | None, method: tuple[str, str]) -> None:
    query = f"CONSTRUCT {{ ?s a <{LICENSE}> }} WHERE {{ ?s a <{LICENSE}> }}"
    assert len(graph(asked(site, query, format, method))) == LICENSES


@pytest.mark.parametrize(("format", "method"), CASES)
def test_describe(site: str, format: str | None, method: tuple[str, str]) -> None:
    query = f"DESCRIBE <{site}/resources/{CTID}>"
    found = graph(asked(site, query, format, method))
    assert f"{site}/resources/{CTID}" in {str(s) for s, _, _ in found}
    assert LICENSE in {str(o) for _, _, o in found}
    assert len(found) == len(graph(asked(site, query, "turtle", ("GET", "urlencoded"))))


def test_a_wrong_query_says_what_is_wrong(site: str) -> None:
    with pytest.raises(sparqlwrapper.SPARQLExceptions.QueryBadFormed, match="nope"):
        asked(site, "SELECT ?s { ?s a nope:Thing }", "json", ("GET", "urlencoded"))
