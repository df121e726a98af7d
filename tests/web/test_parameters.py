"""Every address says which parameters it reads, and refuses all others."""

from __future__ import annotations

from urllib.parse import quote

import orjson
import pytest
from flask.testing import FlaskClient

from ctgraph.documents import parse
from ctgraph.ledger.append import Submission, append
from ctgraph.web.http.parameters import read_by
from ctgraph.web.sparql.protocol import IGNORED
from tests.support.raw_site import RECORD, Site
from tests.support.registry import Registry, certificate, ctid_number, fill

ODD = b"x\xff", b"%FF", b"%C3", b"a%ED%A0%80", b"%C0%AF"


def test_every_view_declares_what_it_reads(client: FlaskClient) -> None:
    views = client.application.view_functions
    assert [name for name, view in views.items() if read_by(view) is None] == ["static"]


def test_no_address_takes_a_parameter_that_it_does_not_read(site: Site) -> None:
    for method, rule in site.routes():
        # Identity providers add parameters of their own.
        if rule.endpoint in ("static", "sign_in_with.callback"):
            continue
        status, _, body = site.ask(
            method, site.path(rule), b"dpeth=1", **site.registry.authorization
        )
        missing = rule.endpoint == "stored.run_stored" and status == 404  # no query of that name
        assert status == 400 or missing, rule
        assert method == "HEAD" or missing or b"dpeth" in body, rule


@pytest.mark.parametrize(
    "tracking", ["utm_source=mail&utm_medium=x", "fbclid=1", "gclid=1", "mc_eid=1", "_gl=1"]
)
@pytest.mark.parametrize("address", ["/", "/search", f"/resources/{RECORD}", "/map", "/records"])
def test_what_newsletters_and_networks_add_to_shared_addresses_is_passed_over(
    client: FlaskClient, address: str, tracking: str
) -> None:
    plain = client.get(address, headers={"Accept": "text/html"})
    tracked = client.get(f"{address}?{tracking}", headers={"Accept": "text/html"})
    assert tracked.status_code == plain.status_code
    assert "There is no parameter" not in tracked.text


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/records?before=x", ["'before'", "after, format, owner, type"]),
        (f"/pathways/{RECORD}?dpeth=1", ["Did you mean 'depth'?", "strength"]),
        (f"/pathways/{RECORD}/preceding?Depth=1", ["Did you mean 'depth'?"]),
        ("/records?type=Nope", ["'Nope'", "ceterms:Certificate"]),
        ("/records?type=ceterms:Certifcate", ["Did you mean 'ceterms:Certificate'?"]),
        (f"/records?owner={ctid_number(77)}", [ctid_number(77), "/records"]),
        (f"/pathways/{RECORD}?provider={ctid_number(77)}", [ctid_number(77), "/records"]),
        (f"/pathways/{RECORD}?kind=Certifcate", ["'ceterms:Certificate'", "credential"]),
        (f"/pathways/{RECORD}?strength=requird", ["required"]),
        ("/pathways/search?q=a&kind=nope", ["'nope'", "credential"]),
        ("/queries/what-precedes?befor=x", ["'befor'", "after"]),
        ("/queries/what-precedes?query=ASK{}", ["'query'"]),
        ("/sparql?query=ASK{}&defualt-graph-uri=urn:x", ["Did you mean 'default-graph-uri'?"]),
        ("/records?type=ceterms:License&type=ceterms:Course", ["more than one type"]),
        ("/healthz?format=json", ["This address reads none."]),
    ],
)
def test_what_is_not_known_is_named_with_what_is(
    site: Site, address: str, words: list[str]
) -> None:
    path, _, query = address.partition("?")
    for accept in ("application/json", "text/html"):
        status, headers, body = site.ask("GET", path.encode(), query.encode(), Accept=accept)
        assert status == 400
        assert ("text/html" in headers["Content-Type"]) == (accept == "text/html")
        text = body.decode().replace("&#39;", "'")
        assert all(word in text for word in words), text


def test_what_other_endpoints_read_changes_no_query(site: Site) -> None:
    for name in IGNORED:
        answer = site.ask("GET", b"/sparql", f"query=ASK{{}}&{name}=1".encode())
        assert (answer[0], b'"boolean":true' in answer[2]) == (200, True), name


@pytest.fixture
def classes(registry: Registry, client: FlaskClient) -> FlaskClient:
    """A registry with a certificate and a record of one of its subclasses."""
    for number, kind in ((1, "ceterms:Certificate"), (2, "ceterms:JourneymanCertificate")):
        document = certificate(number, **{"@type": kind})
        sent = client.post(registry.documents_url, json=document, headers=registry.authorization)
        assert sent.status_code == 201, sent.text
    return client


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("ceterms:Certificate", {1, 2}),
        ("Certificate", {1, 2}),
        ("certificate", {1, 2}),
        ("https://purl.org/ctdl/terms/Certificate", {1, 2}),
        ("http://purl.org/ctdl/terms/Certificate", {1, 2}),
        ("Credential", {1, 2}),
        ("ceterms:Credential", {1, 2}),
        ("JourneymanCertificate", {2}),
        ("ceterms:License", set()),
        ("", {1, 2}),
    ],
)
def test_a_class_means_its_subclasses_however_it_is_named(
    classes: FlaskClient, name: str, found: set[int]
) -> None:
    answer = classes.get("/records", query_string={"type": name, "format": "json"})
    assert {record["envelope_ceterms_ctid"] for record in answer.json["records"]} == {
        ctid_number(number) for number in found
    }
    page = classes.get("/records", query_string={"type": name}, headers={"Accept": "text/html"})
    assert ("Certificate 2" in page.text) == bool(found)


def test_questions_about_pathways_take_classes(registry: Registry, client: FlaskClient) -> None:
    for number, kind in ((1, "ceterms:Certificate"), (2, "ceterms:JourneymanCertificate")):
        demands = {
            "ceterms:requires": {
                "@type": "ceterms:ConditionProfile",
                "ceterms:name": {"en": "First"},
                "ceterms:description": {"en": "First the other one."},
                "ceterms:targetCredential": [f"http://localhost:8000/resources/{ctid_number(1)}"],
            }
        }
        more = {"@type": kind} | (demands if number == 2 else {})
        sent = client.post(
            registry.documents_url, json=certificate(number, **more), headers=registry.authorization
        )
        assert sent.status_code == 201, sent.text
    registry.project()
    for kind, shown in (
        ("JourneymanCertificate", {1, 2}),
        ("ceterms:Certificate", {1, 2}),
        ("https://purl.org/ctdl/terms/Credential", {1, 2}),
        ("credential", {1, 2}),
        ("License", {1}),
    ):
        answer = client.get(
            f"/pathways/{ctid_number(1)}/succeeding", query_string={"kind": kind, "format": "json"}
        )
        assert {node["id"] for node in answer.json["nodes"]} == set(map(ctid_number, shown)), kind
    found = client.get("/pathways/search?q=certificate&kind=JourneymanCertificate").json["records"]
    assert [node["id"] for node in found] == [ctid_number(2)]


def test_a_class_of_another_vocabulary_is_known_where_a_record_has_it(
    registry: Registry, client: FlaskClient
) -> None:
    text = orjson.dumps(certificate(1, **{"@type": ["schema:Course", "ceterms:Course"]}))
    document = parse(text, registry.settings)
    append(registry.ledger, [Submission(registry.organization, document.ctid, document)], "test")
    assert len(client.get("/records?type=schema:Course&format=json").json["records"]) == 1
    assert client.get("/records?type=schema:Event").status_code == 400


@pytest.mark.parametrize("odd", ODD)
def test_what_is_not_utf8_is_refused_wherever_it_stands(site: Site, odd: bytes) -> None:
    for method, rule in site.routes():
        if rule.endpoint == "static" or method == "HEAD":
            continue
        status, _, body = site.ask(
            method, site.path(rule), b"format=" + odd, **site.registry.authorization
        )
        assert (status, b"UTF-8" in body) == (400, True), rule
    query = b"query=ASK{?s ?p '" + odd + b"'}"
    assert site.ask("GET", b"/sparql", query)[0] == 400
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert site.ask("POST", b"/sparql", b"", query, **form)[0] == 400
    held = b"held=" + RECORD.encode() + b"," + odd
    status, _, body = site.ask("POST", b"/pathways/check", b"", held, **form)
    assert (status, b"UTF-8" in body) == (400, True)


def test_a_path_that_is_not_utf8_is_refused(site: Site) -> None:
    for path in (b"/\xff", b"/queries/\xff", b"/vocab/caf\xe9", b"/resources/\xed\xa0\x80"):
        status, _, body = site.ask("GET", path)
        assert (status, b"UTF-8" in body) == (400, True)


def test_a_field_that_is_not_utf8_is_refused(site: Site) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="document"\r\n\r\n'
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    for text, expected in ((b"caf\xe9", 400), ("caf\xe9 \ufffd".encode(), 200)):
        status, _, body = site.ask(
            "POST", b"/validate", b"", head + text + b"\r\n--x--\r\n", **kind
        )
        assert (status, b"not UTF-8" in body) == (expected, expected == 400)


def test_empty_parameters_count_as_absent(site: Site) -> None:
    for path, query in (
        (b"/records", b"type=&owner=&after=&format="),
        (b"/sparql", b"query=ASK{}&timeout=&as-of=&default-graph-uri=&format="),
        (b"/resources/" + RECORD.encode() + b"/versions", b"before="),
        (b"/pathways/" + RECORD.encode(), b"depth=&kind=&strength=&provider=&cursor=&limit="),
        (b"/queries/what-precedes", b"after=&format=csv"),
    ):
        assert site.ask("GET", path, query)[0] == 200, path
    whole = site.ask("GET", b"/sparql", b"query=")
    assert whole[0] == 200
    assert b"sparql-service-description" in whole[2]


@pytest.mark.parametrize(
    ("path", "led"),
    [
        ("/sparql/", "/sparql"),
        ("/records//", "/records"),
        (f"/resources/{RECORD}/", f"/resources/{RECORD}"),
        (f"/graph/{RECORD}.ttl/", f"/graph/{RECORD}.ttl"),
        (f"/pathways/{RECORD}/preceding/", f"/pathways/{RECORD}/preceding"),
        ("/vocab/", "/vocab"),
        ("/vocab/ceterms:License/", "/vocab/ceterms:License"),
        ("/static/site.css/", "/static/site.css"),
    ],
)
def test_a_slash_at_the_end_leads_to_the_address_without(site: Site, path: str, led: str) -> None:
    query = b"format=%C3%A9"
    for method, status in (("GET", 301), ("HEAD", 301)):
        answer = site.ask(method, path.encode(), query)
        assert (answer[0], answer[1]["Location"]) == (status, f"{quote(led)}?{query.decode()}")
    posted = site.ask("POST", b"/sparql/", b"", b"query=ASK{}")
    assert (posted[0], posted[1]["Location"]) == (308, "/sparql")


def test_other_slashes_lead_nowhere(site: Site) -> None:
    for path in (b"/nothing/", b"//evil.example/", b"/resources//"):
        status, headers, _ = site.ask("GET", path)
        assert (status, "Location" in headers) == (404, False), path


@pytest.mark.parametrize(
    "name",
    [
        "http://credreg.net/ctdl/terms/Certificate",
        "https://credreg.net/ctdl/terms/Certificate",
        "http://purl.org/ctdl/terms/Certificate",
        "ceterms:Certificate",
        "Certificate",
    ],
)
def test_a_class_is_known_in_every_spelling(registry: Registry, name: str) -> None:
    client = fill(registry, 1)
    found = client.get("/records", query_string={"type": name, "format": "json"})
    assert len(found.json["records"]) == 1


def test_there_is_no_past_in_the_future(registry: Registry) -> None:
    client = fill(registry, 1)
    answer = client.get("/sparql", query_string={"query": "ASK {}", "as-of": "2999-01-01"})
    assert answer.status_code == 400
    assert "in the future" in answer.text


def test_expanded_json_ld_has_its_classes_under_the_keyword(registry: Registry) -> None:
    client = fill(registry, 1)
    profile = 'application/ld+json; profile="http://www.w3.org/ns/json-ld#expanded"'
    record = client.get(f"/resources/{ctid_number(1)}", headers={"Accept": profile})
    query = "CONSTRUCT { ?s a ?c } { ?s a ceterms:Certificate, ?c }"
    built = client.get("/sparql", query_string={"query": query, "format": "jsonld"})
    for answer in (record, built):
        classes = [node.get("@type") for node in answer.get_json(force=True)]
        assert ["https://purl.org/ctdl/terms/Certificate"] in classes
