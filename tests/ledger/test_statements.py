"""What a document may say of what is another's: nothing, in whatever spelling."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from ctgraph.documents import Purpose, from_json, parse
from ctgraph.errors import InvalidDocument
from ctgraph.identity import Identity
from ctgraph.settings import load_settings
from tests.support.registry import Registry
from tests.support.statements import BASE, IRI, OWN, PLACES, THEIRS, document

SETTINGS = load_settings()
ADDRESSES = [
    IRI,
    IRI.upper(),
    f"https://localhost:8000/resources/{THEIRS}",
    f"{IRI}/",
    f"{IRI}#part",
    f"{IRI}?x",
    f"{BASE}/graph/{THEIRS}",
    f"{BASE}/envelopes/{THEIRS}",
    f"{BASE}/links/{THEIRS}",
    f"{BASE}/history/{THEIRS}",
    f"{IRI}/versions/1",
    f"{BASE}/graph/{THEIRS}/versions/1",
    f"https://credentialengineregistry.org/resources/{THEIRS}",
    f"http://sandbox.credentialengineregistry.org/ce-registry/graph/{THEIRS.upper()}",
    f"https://CredentialEngineRegistry.org:443/resources/{THEIRS}?a",
    f"https://u:p@credentialengineregistry.org/resources/{THEIRS}",
    f"{BASE}/resources/%63e-{THEIRS[3:]}",
    BASE,
    f"{BASE}/",
    f"{BASE}#x",
    f"{BASE}?x",
    f"{BASE}/envelopes",
    f"{BASE}/void#registry",
    f"{BASE}/links/{OWN}",
    f"{BASE}/history/{OWN}",
    f"{BASE}/resources/{OWN}/versions/1",
    f"x:{THEIRS}",
    f"y:resources/{THEIRS}",
    f"X:{THEIRS}".replace("X:", "http:"),
    f"http://%6Cocalhost:8000/resources/{THEIRS}",
    f"http://localhost:08000/resources/{THEIRS}",
    f"http://localhost.:8000/resources/{THEIRS}",
    f"http://\uff4cocalhost:8000/resources/{THEIRS}",
    f"http://local\u00adhost:8000/{THEIRS}",
    f"https://credentialengineregistry.org:0443/resources/{THEIRS}",
    f"https://credentialengineregistry\u3002org/graph/{THEIRS}",
    "https://w3id.org/ctgraph/terms#owner",
    "https://w3id.org/ctgraph/shapes#CertificateShape",
    "t:precedes",
]
SAYS: list[dict[str, Any]] = [
    {"@type": "ceterms:Certificate"},
    {"ceterms:name": {"en": "Worthless"}},
    {"ceterms:name": None},
    {"ceterms:name": {}},
    {"ceterms:requires": []},
    {"https://purl.org/ctdl/terms/subjectWebpage": "https://evil.example/"},
    {"owl:sameAs": {"@id": "https://evil.example/"}},
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("address", ADDRESSES)
def test_a_statement_about_others_is_refused_in_every_spelling(address: str, place: str) -> None:
    for says in SAYS:
        whole, pointer = document({"@id": address, **says}, place)
        with pytest.raises(InvalidDocument) as caught:
            parse(orjson.dumps(whole), SETTINGS)
        assert pointer in [problem.pointer for problem in caught.value.problems], says
        assert all(problem.remedy for problem in caught.value.problems)
    whole, _ = document({"@id": address}, place)
    assert parse(orjson.dumps(whole), SETTINGS).ctid == OWN  # a reference stays


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "address",
    [
        f"{BASE}/resources/{OWN}",
        f"{BASE}/graph/{OWN}",
        f"{BASE}/resources/{OWN}#part",
        "_:b",
        "https://example.org/thing",
        f"https://example.org/resources/{THEIRS}",
        f"urn:ctid:{THEIRS}",
        "http://localhost:8001/resources/x",
        "http://localhost:80000/",
        "http://localhost/",
        "https://credentialengineregistry.org.example.org/x",
        "https://credreg.net/ctdl/terms/x",
        f"https://example.org/?{IRI}",
    ],
)
def test_what_is_its_own_or_elsewhere_stays(address: str, place: str) -> None:
    says = {"@id": address, "@type": "ceterms:Certificate", "ceterms:keyword": {"en": "said"}}
    whole, _ = document(says, place)
    assert b'"said"@en' in parse(orjson.dumps(whole), SETTINGS).quads


@given(
    st.text(alphabet="/?#:@.%aAcCeE-08", max_size=12),
    st.sampled_from(["http", "HTTPS"]),
    st.sampled_from(
        [
            "localhost:8000",
            "LocalHost:8000",
            "staging.credentialengineregistry.org",
            "example.org",
            "x@localhost:8000",
        ]
    ),
)
def test_no_subject_of_a_graph_lies_under_the_base_but_its_own(
    tail: str, scheme: str, host: str
) -> None:
    node = {"@id": f"{scheme}://{host}/{tail}", "ceterms:keyword": {"en": "a"}}
    whole, _ = document(node, "beside")
    for purpose in Purpose:
        try:
            found = from_json(whole, b"", SETTINGS, purpose)
        except InvalidDocument:
            continue
        identity = Identity.of(SETTINGS)
        subjects = {line.split(" ")[0].strip("<>") for line in found.quads.decode().splitlines()}
        assert {s for s in subjects if identity.holds(s)} == {identity.resource(OWN)}


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/registry",
        "https://example.org/a/../%72egistry/x",
        "http://EXAMPLE.org:80//registry/./x",
        "https://example.org./registry?x",
    ],
)
def test_a_base_with_a_path_is_found_in_every_spelling(address: str) -> None:
    assert Identity("https://example.org/registry").holds(address)
    assert not Identity("https://example.org/registry").holds("https://example.org/registry2")


OWN_TERMS = "https://w3id.org/ctgraph/terms#"


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("says", "key"),
    [
        ({f"{OWN_TERMS}owner": {"@id": IRI}}, f"{OWN_TERMS}owner"),
        ({"t:precedes": {"@id": IRI}}, "t:precedes"),
        ({"@type": f"{OWN_TERMS}Version"}, "@type"),
        ({"@type": ["ceterms:Certificate", "t:Link"]}, "@type"),
        ({"s:s#completeness": 1.0}, "s:s#completeness"),
        ({"ctg:owner": {"@id": IRI}}, "ctg:owner"),
        ({"rdf:type": {"@id": "t:Link"}}, "rdf:type"),
        (
            {"http://www.w3.org/1999/02/22-rdf-syntax-ns#type": {"@id": "t:Link"}},
            "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
        ),
    ],
)
def test_nobody_says_what_the_registry_itself_says(
    says: dict[str, Any], key: str, place: str
) -> None:
    whole, pointer = document({"@id": "_:b", **says}, place)
    whole["@context"][1]["s"] = "https://w3id.org/ctgraph/term"
    for purpose in Purpose:
        with pytest.raises(InvalidDocument) as refused:
            from_json(whole, b"", SETTINGS, purpose)
        problem = refused.value.problems[0]
        assert (problem.pointer or "").startswith(f"{pointer}/{key.replace('/', '~1')}")
        assert problem.remedy


def test_publishing_and_validating_refuse_it(client: FlaskClient, registry: Registry) -> None:
    whole, pointer = document({"@id": IRI, "ceterms:name": {"en": "Worthless"}}, "nested")
    body = orjson.dumps(whole)
    for url, headers in ((registry.documents_url, registry.authorization), ("/validate", {})):
        answer = client.post(url, data=body, headers=headers | {"Content-Type": "application/json"})
        assert pointer in answer.text, url
        assert "RecognizeAction" in answer.text, url
    turtle = f"""
        <{BASE}/resources/{OWN}> a <https://purl.org/ctdl/terms/Certificate> ;
            <https://purl.org/ctdl/terms/ctid> "{OWN}" .
        <{IRI}> <https://purl.org/ctdl/terms/name> "Worthless"@en ."""
    answer = client.post("/validate", data=turtle, headers={"Content-Type": "text/turtle"})
    assert f"This document may not describe {IRI}" in answer.text
    answer = client.put(f"/drafts/{OWN}", data=body, headers=registry.authorization)
    assert answer.status_code == 204
