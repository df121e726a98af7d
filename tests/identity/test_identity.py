"""Canonical IRIs: every spelling of a record's IRI means one, in documents too; others stay."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctgraph.documents import Document, parse
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid, is_ctid
from ctgraph.settings import load_settings
from tests.support.registry import certificate, ctid_number

RECORD = Ctid("ce-0a1b2c3d-0000-4000-8000-00000000abcd")
CANONICAL = f"http://localhost:8000/resources/{RECORD}"
HOSTED = Identity("https://example.org/registry", ("alias.example.net", "other.example.net:8443"))
DEFAULT = Identity.of(load_settings())


@pytest.mark.parametrize(
    "spelling",
    [
        CANONICAL,
        f"https://localhost:8000/resources/{RECORD}",
        f"http://localhost:8000/graph/{RECORD}",
        f"http://localhost:8000/envelopes/{RECORD}",
        f"http://localhost:8000/resources/{RECORD}/",
        f"http://localhost:8000/resources/{RECORD.upper()}",
        f"HTTP://LOCALHOST:8000/Resources/{RECORD}",
        f"https://credentialengineregistry.org/resources/{RECORD}",
        f"http://credentialengineregistry.org/graph/{RECORD}",
        f"https://www.credentialengineregistry.org/resources/{RECORD}",
        f"https://sandbox.credentialengineregistry.org/graph/{RECORD}",
        f"https://staging.credentialengineregistry.org/envelopes/{RECORD}",
        f"https://credentialengineregistry.org/ce-registry/resources/{RECORD}",
        f"https://credentialengineregistry.org/ce-registry/envelopes/{RECORD.upper()}",
        f"https://CredentialEngineRegistry.org/ce-registry/graph/Ce-{RECORD[3:]}",
    ],
)
def test_every_spelling_means_the_canonical_iri(spelling: str) -> None:
    assert DEFAULT.canonical(spelling) == CANONICAL
    assert DEFAULT.ctid_of(spelling) == RECORD


@pytest.mark.parametrize(
    "foreign",
    [
        "https://example.org/page",
        f"https://example.org/resources/{RECORD}",
        f"http://localhost:8001/resources/{RECORD}",
        f"http://localhost/resources/{RECORD}",
        f"https://credentialengineregistry.org.example.org/resources/{RECORD}",
        f"https://credentialengineregistryXorg/resources/{RECORD}",
        f"https://example.org/?to=http://localhost:8000/resources/{RECORD}",
        f"http://localhost:8000/resources/{RECORD}?version=2",
        f"http://localhost:8000/resources/{RECORD}#part",
        f"http://localhost:8000/resources/{RECORD}0",
        f"http://localhost:8000/resources/{RECORD[:-1]}",
        f"http://localhost:8000/resources/{RECORD}\n",
        f"http://localhost:8000/finder/{RECORD}",
        f"http://localhost:8000/a/b/resources/{RECORD}",
        f"http://localhost:8000/graph/resources/{RECORD}",
        f"ftp://localhost:8000/resources/{RECORD}",
        f"urn:ctid:{RECORD}",
        "ceterms:Certificate",
        "_:b0",
        "",
    ],
)
def test_other_iris_are_left_as_they_are(foreign: str) -> None:
    assert DEFAULT.canonical(foreign) == foreign
    assert DEFAULT.ctid_of(foreign) is None


def test_a_base_url_may_have_a_path() -> None:
    canonical = f"https://example.org/registry/resources/{RECORD}"
    assert HOSTED.resource(RECORD) == canonical
    assert HOSTED.graph(RECORD) == f"https://example.org/registry/graph/{RECORD}"
    for spelling in (
        canonical,
        f"http://example.org/registry/graph/{RECORD.upper()}",
        f"https://example.org/registry/ce-registry/envelopes/{RECORD}",
        f"https://alias.example.net/graph/{RECORD}",
        f"http://other.example.net:8443/resources/{RECORD}",
    ):
        assert HOSTED.canonical(spelling) == canonical


def test_outside_the_path_of_the_base_url_nothing_is_ours() -> None:
    for foreign in (
        f"https://example.org/resources/{RECORD}",
        f"https://example.org/elsewhere/resources/{RECORD}",
        f"https://other.example.net/resources/{RECORD}",
        f"http://localhost:8000/resources/{RECORD}",
    ):
        assert HOSTED.canonical(foreign) == foreign


def test_settings_give_the_base_and_the_alias_hosts() -> None:
    settings = load_settings(base_url="https://here.example.org/", alias_hosts=("there.org",))
    identity = Identity.of(settings)
    canonical = f"https://here.example.org/resources/{ctid_number(1)}"
    assert identity.canonical(f"http://there.org/graph/{ctid_number(1)}") == canonical


HOSTS = st.sampled_from(
    [
        "localhost:8000",
        "credentialengineregistry.org",
        "example.org",
        "example.org/registry",
        "alias.example.net",
        "",
        "LOCALHOST:8000",
    ]
)
PATHS = st.sampled_from(
    ["/resources/", "/graph/", "/envelopes/", "/ce-registry/graph/", "/", "/x/y/resources/"]
)
SPELLINGS = st.builds(
    lambda scheme, host, path, record, tail: f"{scheme}://{host}{path}{record}{tail}",
    st.sampled_from(["http", "https", "HTTPS", "ftp"]),
    HOSTS,
    PATHS,
    st.uuids().map(lambda u: f"ce-{u}") | st.uuids().map(lambda u: f"CE-{u}".upper()) | st.text(),
    st.sampled_from(["", "/", "?a=b", "#c", "\n"]),
)


@given(iri=SPELLINGS | st.text())
def test_canonicalising_twice_changes_nothing_more(iri: str) -> None:
    for identity in (DEFAULT, HOSTED):
        once = identity.canonical(iri)
        assert identity.canonical(once) == once


@given(iri=SPELLINGS | st.text())
def test_what_changes_becomes_the_iri_of_a_record(iri: str) -> None:
    for identity in (DEFAULT, HOSTED):
        record = identity.ctid_of(iri)
        if record is None:
            assert identity.canonical(iri) == iri
        else:
            assert is_ctid(record)
            assert record in iri.lower()
            assert identity.canonical(iri) == identity.resource(record)


@given(host=st.from_regex(r"[a-z]{1,8}\.example\.com", fullmatch=True), path=PATHS)
def test_records_of_foreign_hosts_are_left_as_they_are(host: str, path: str) -> None:
    iri = f"https://{host}{path}{RECORD}"
    assert DEFAULT.canonical(iri) == iri


def read(content: dict[str, Any]) -> Document:
    return parse(json.dumps(content).encode(), load_settings())


@pytest.mark.parametrize(
    "place",
    [
        "http://localhost:8000/graph/",
        "https://credentialengineregistry.org/resources/",
        "https://sandbox.credentialengineregistry.org/graph/",
        "HTTPS://LOCALHOST:8000/envelopes/",
        "http://credentialengineregistry.org/ce-registry/envelopes/",
    ],
)
@pytest.mark.parametrize("case", [str.lower, str.upper])
def test_every_spelling_of_an_iri_gives_the_same_document(
    place: str, case: Callable[[str], str]
) -> None:
    record, owner = case(ctid_number(1)), place + case(ctid_number(0))
    document = certificate(
        **{"@id": place + record, "ceterms:ctid": record, "ceterms:ownedBy": [owner]}
    )
    document["@id"] = place + record
    assert read(document).canonical == read(certificate()).canonical


@pytest.mark.parametrize("prefix", ["lifecycle", "LifeCycle", "lifeCycle"])
def test_the_case_of_a_prefix_is_mended(prefix: str) -> None:
    document = read(certificate(**{"ceterms:lifeCycleStatusType": f"{prefix}:Active"}))
    assert document.content["@graph"][0]["ceterms:lifeCycleStatusType"] == "lifeCycle:Active"
    assert b"<https://purl.org/ctdl/vocabs/lifeCycle/Active>" in document.quads
