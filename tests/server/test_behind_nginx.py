"""The server behind nginx, with the very configuration that the documentation offers."""

from __future__ import annotations

import csv
import http.client
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest

from ctgraph.ledger import Ledger
from ctgraph.settings import load_settings
from tests.support.outcome import outcome
from tests.support.paths import ROOT
from tests.support.registry import Registry, certificate, ctid_number
from tests.support.server import serving
from tests.support.small_application import HOST, running
from tests.support.waiting import until

PATIENCE = 60
# Debian keeps it out of the path of most users.
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
# Two patterns: every subject with every other one's type.
LONG = "SELECT ?a ?p ?b { ?a ?p ?o . ?b ?q ?c }"

pytestmark = pytest.mark.skipif(NGINX is None, reason="needs nginx")


@contextmanager
def nginx(folder: Path, port: int) -> Iterator[int]:
    """Run nginx in front of a port; gives its own."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        own = free.getsockname()[1]
    text = (ROOT / "docs" / "nginx.conf").read_text("utf-8")
    for said, here in (
        ("listen 80;", f"listen {HOST}:{own};"),
        ("server 127.0.0.1:8000;", f"server 127.0.0.1:{port};"),
        ("/var/log/nginx", str(folder)),
        ("/var/lib/nginx", str(folder)),
        ("/run", str(folder)),
        # What else it makes folders for, whether it is used or not.
        (
            "http {",
            "http {"
            + "".join(
                f"{kind}_temp_path {folder}/{kind};" for kind in ("fastcgi", "uwsgi", "scgi")
            ),
        ),
    ):
        assert said in text
        text = text.replace(said, here, 1 if said.startswith("listen") else -1)
    configuration = folder / "nginx.conf"
    configuration.write_text(text, "utf-8")
    user = "user root;" if os.geteuid() == 0 else ""  # who may enter the folder
    command = [str(NGINX), "-c", str(configuration), "-e", str(folder / "error.log")]
    process = subprocess.Popen([*command, "-g", f"daemon off; {user}"])
    try:
        for _ in range(300):
            assert process.poll() is None
            with suppress(OSError), socket.create_connection((HOST, own)):
                break
            time.sleep(0.1)
        yield own
    finally:
        process.terminate()
        process.wait(30)


@dataclass
class Site:
    """A registry behind nginx."""

    registry: Registry
    port: int
    log: Path

    def ask(
        self, method: str, path: str, body: bytes | None = None, source: str = HOST, **headers: str
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """Send a request through nginx from an address; return the answer and its content."""
        client = http.client.HTTPConnection(
            HOST, self.port, timeout=PATIENCE, source_address=(source, 0)
        )
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        client.request(method, path, body, named)
        response = client.getresponse()
        try:
            return response, response.read()
        finally:
            client.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A registry behind nginx, with some records."""
    folder = tmp_path_factory.mktemp("nginx")
    settings = load_settings(home=folder / "home")
    ledger = Ledger.initialise(settings)
    organization = ledger.organizations.add("Test College", ctid_number(0))
    registry = Registry(
        settings, ledger, organization, ledger.organizations.add_key(organization.ctid)
    )
    log = folder / "ctgraph.log"
    environment = os.environ | {
        "CTGRAPH_HOME": str(settings.home),
        "CTGRAPH_PROXIES": "1",
        "GUNICORN_CMD_ARGS": f"--access-logfile={log}",
    }
    server = serving(environment, "--workers", "1")
    with server, nginx(folder, server.port) as port:
        found = Site(registry, port, log)
        for number in range(1, 40):
            response, _ = publish(found, certificate(number))
            assert response.status == 201
        yield found


def publish(site: Site, document: dict[str, object]) -> tuple[http.client.HTTPResponse, bytes]:
    """Publish a document through nginx, and wait until it is queryable."""
    return site.ask(
        "POST",
        f"{site.registry.documents_url}?wait=true",
        orjson.dumps(document),
        Content_Type="application/json",
        **site.registry.authorization,
    )


def test_records_are_served(site: Site) -> None:
    response, body = site.ask("GET", f"/resources/{ctid_number(1)}", Accept="application/json")
    assert response.status == 200
    assert ctid_number(1).encode() in body


def test_a_large_document_is_published_and_served(site: Site) -> None:
    words = [f"{number} {'x' * 9_000}" for number in range(999)]
    large = certificate(50, **{"ceterms:keyword": {"en": words}})
    response, _ = publish(site, large)
    assert response.status == 201
    response, body = site.ask("GET", f"/resources/{ctid_number(50)}", Accept="application/json")
    assert response.status == 200
    assert len(body) > 999 * 9_000
    assert orjson.loads(body)


def test_a_document_that_is_too_large_gets_the_words_of_ctgraph(site: Site) -> None:
    response, body = site.ask(
        "POST",
        site.registry.documents_url,
        b" " * 21_500_000,
        Content_Type="application/json",
        **site.registry.authorization,
    )
    assert response.status == 413
    assert b"20,000,000 at most" in body


def test_long_results_are_streamed_whole(site: Site) -> None:
    query = LONG.replace(" ", "%20").replace("?", "%3F").replace("{", "%7B").replace("}", "%7D")
    response, body = site.ask("GET", f"/sparql?query={query}", Accept="text/csv")
    assert response.status == 200
    assert response.headers["Transfer-Encoding"] == "chunked"
    assert len(list(csv.reader(body.decode().splitlines()))) == 100_001


def test_the_address_of_the_client_is_known_and_no_other(site: Site) -> None:
    site.ask("GET", "/healthz?address", source="127.0.0.77", X_Forwarded_For="203.0.113.9")

    def logged() -> list[str]:
        return [line for line in site.log.read_text().splitlines() if "/healthz?address" in line]

    until(logged)
    assert logged()[0].startswith("127.0.0.77 ")


@pytest.mark.parametrize(
    "path",
    ["/", "/sparql", f"/resources/{ctid_number(1)}", "/void", "/.well-known/void", "/nothing/"],
)
def test_what_a_client_says_of_hosts_and_schemes_does_not_matter(site: Site, path: str) -> None:
    said = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "Forwarded": "host=evil.example;proto=https",
        "X-Forwarded-Prefix": "/evil",
    }
    (one, body), (other, same) = site.ask("GET", path), site.ask("GET", path, None, HOST, **said)
    assert (one.status, one.headers.get("Location"), body) == (
        other.status,
        other.headers.get("Location"),
        same,
    )
    assert b"evil" not in same


def test_an_answer_that_breaks_does_not_look_whole(tmp_path: Path) -> None:
    with running() as (_, server), nginx(tmp_path, server) as port:
        client = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
        client.request("GET", "/breaks")
        # The answer may break before nginx has passed on its head.
        response = outcome(client.getresponse, ConnectionError)
        if isinstance(response, ConnectionError) or response.status == 502:
            return
        assert response.status == 200
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            response.read()


def test_connections_to_the_server_are_kept(tmp_path: Path) -> None:
    with running() as (_, server), nginx(tmp_path, server) as port:
        ports = set()
        for _ in range(50):
            client = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
            client.request("GET", "/port")
            ports.add(client.getresponse().read())
            client.close()
        assert len(ports) <= (os.cpu_count() or 1)  # each process of nginx has its own
