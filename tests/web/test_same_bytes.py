"""Every process writes the same bytes for the same facts, so that copies can be compared."""

from __future__ import annotations

import os
import subprocess
import sys

import orjson
import pytest
from flask.testing import FlaskClient

from ctgraph.documents import parse
from ctgraph.ledger.append import Submission, append
from tests.support.registry import Registry, certificate, ctid_number, fill

SEEDS = ("1", "2", "3")
FORMATS = ("turtle", "ntriples", "rdfxml", "jsonld")
LATER = range(11, 19)
LEADS = [f"http://localhost:8000/resources/{ctid_number(number)}" for number in range(1, 3)]
HELD = ",".join(ctid_number(number) for number in range(1, 3))
ADDRESSES = (
    "/shapes?format=turtle",
    "/shapes?format=json",
    "/shapes/credentials.ttl",
    *(f"/sparql?format={name}" for name in FORMATS),
    *(f"/void?format={name}" for name in FORMATS),
    *(f"/terms?format={name}" for name in FORMATS),
    *(f"/terms/queryTimeout?format={name}" for name in FORMATS),
    f"/pathways/check?held={HELD}&format=json",
    "OPTIONS /pathways/check",
    "PUT /sparql",
    "POST /validate?format=turtle",
    "POST /validate?format=json",
)
SCRIPT = """
import hashlib, sys
from ctgraph.settings import load_settings
from ctgraph.web import create_app

body = sys.stdin.buffer.read()
client = create_app(load_settings()).test_client()
for line in sys.argv[1:]:
    method, _, address = line.rpartition(" ")
    data = {"data": body, "content_type": "application/json"} if method == "POST" else {}
    answer = client.open(address, method=method or "GET", **data)
    kept = ("Allow", "Access-Control-Allow-Methods", "Content-Type", "ETag")
    headers = [answer.headers.get(name) for name in kept]
    print(line, answer.status_code, hashlib.sha256(answer.data).hexdigest(), *headers)
"""


def test_processes_give_the_same_bytes(registry: Registry) -> None:
    later = [certificate(number, **{"ceterms:advancedStandingFrom": LEADS}) for number in LATER]
    documents = [parse(orjson.dumps(each), registry.settings) for each in later]
    owner = registry.organization
    append(registry.ledger, [Submission(owner, each.ctid, each) for each in documents], "test")
    fill(registry, 8)
    unsound = certificate(9)
    unsound["@graph"][0].pop("ceterms:name")
    unsound["@graph"][0]["ceterms:subjectWebpage"] = "no address"
    environment = os.environ | {"CTGRAPH_HOME": str(registry.settings.home)}
    said = []
    for seed in SEEDS:
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, *ADDRESSES],
            env=environment | {"PYTHONHASHSEED": seed},
            input=orjson.dumps(unsound),
            capture_output=True,
            check=True,
        )
        said.append(done.stdout.decode().splitlines())
    assert len(said[0]) == len(ADDRESSES)
    assert {line.split()[2 if line[0] != "/" else 1] for line in said[0]} == {"200", "405"}
    for other in said[1:]:
        assert other == said[0]


@pytest.mark.parametrize(
    "address",
    [
        "/shapes?format=turtle",
        "/shapes?format=json",
        "/shapes/credentials.ttl",
        "/shapes/credentials?format=json",
        "/openapi.json",
        "/ctdl/schema/context/json",
    ],
)
def test_what_only_a_release_changes_is_sent_once(client: FlaskClient, address: str) -> None:
    first = client.get(address)
    assert first.headers["ETag"] == client.get(address).headers["ETag"]
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert client.get(address, headers={"If-None-Match": '"other"'}).data == first.data
