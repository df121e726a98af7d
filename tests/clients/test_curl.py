"""curl with odd headers."""

from __future__ import annotations

import pytest

from tests.support.clients import CTID, command, said

ACCEPTED = {
    "text/turtle;charset=utf-8": "text/turtle",
    "TEXT/Turtle": "text/turtle",
    'application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"': "application/ld+json",
    "text/turtle;q=0.1, application/n-triples;q=0.9": "application/n-triples",
    "*/*;q=0.1, application/rdf+xml": "application/rdf+xml",
}


def curl(*arguments: str) -> str:
    return said(command("curl", "curl"), "-s", *arguments)


@pytest.mark.parametrize("accept", ACCEPTED)
def test_accept(site: str, accept: str) -> None:
    found = curl("-o", "/dev/null", "-w", "%{content_type}", "-H", f"Accept: {accept}",
                 f"{site}/resources/{CTID}")  # fmt: skip
    assert found.partition(";")[0] == ACCEPTED[accept]


def test_an_empty_accept_says_nothing(site: str) -> None:
    found = curl(
        "-o", "/dev/null", "-w", "%{http_code}", "-H", "Accept;", f"{site}/sparql?query=ASK%7B%7D"
    )
    assert found == "200"


def test_gzip_of_no_quality_is_not_sent(site: str) -> None:
    address = f"{site}/resources/{CTID}"
    assert (
        "content-encoding"
        not in curl(
            "-D", "-", "-o", "/dev/null", "-H", "Accept-Encoding: gzip;q=0", address
        ).lower()
    )
    assert (
        "content-encoding: gzip"
        in curl("-D", "-", "-o", "/dev/null", "-H", "Accept-Encoding: gzip", address).lower()
    )


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (["Expect: 100-continue"], "200"),
        (["Transfer-Encoding: chunked"], "200"),
        (["Content-Encoding: snappy"], "415"),
        (["Content-Encoding: gzip"], "400"),  # the body is none
    ],
)
def test_bodies(site: str, headers: list[str], status: str) -> None:
    odd = [word for header in headers for word in ("-H", header)]
    found = curl("-o", "/dev/null", "-w", "%{http_code}", *odd,
                 "-H", "Content-Type: application/sparql-query", "--data-binary", "ASK {}",
                 f"{site}/sparql")  # fmt: skip
    assert found == status
