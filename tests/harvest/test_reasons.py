"""The reason of a withdrawal: taken where records are withdrawn, and told where withdrawals are."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import orjson
import pyoxigraph as ox
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from ctgraph.cli import main
from ctgraph.ledger.reasons import MAX_REASON_CHARACTERS
from tests.support.copies import WITHDRAWN, dumped, facts_of, new_registry, with_history
from tests.support.registry import Registry, ctid_number, publish

ENDED = "The program ended.\n <b>Nobody</b> offers it\x00 any more. "
PLAIN = "The program ended. <b>Nobody</b> offers it any more."
ATOM = "{http://www.w3.org/2005/Atom}"
REASON = ox.NamedNode("https://w3id.org/ctgraph/terms#reason")
GONE, SILENT = ctid_number(1), ctid_number(2)


@pytest.fixture
def told(registry: Registry, client: FlaskClient) -> FlaskClient:
    """A client of a registry with two withdrawals: one with a reason, and one without."""
    publish(registry, range(1, 4), "first")
    for record, reason in ((GONE, {"reason": ENDED}), (SILENT, {})):
        path = f"/resources/documents/{record}"
        answer = client.delete(path, query_string=reason, headers=registry.authorization)
        assert answer.status_code == 204
    return client


def test_the_tombstone_tells_the_reason(told: FlaskClient) -> None:
    problem = told.get(f"/resources/{GONE}")
    assert problem.status_code == 410
    assert problem.json["withdrawnReason"] == PLAIN
    assert PLAIN in problem.json["detail"]
    for path in (f"/resources/{GONE}", f"/graph/{GONE}/versions/2"):
        page = told.get(path, headers={"Accept": "text/html"})
        assert page.status_code == 410
        assert "&lt;b&gt;Nobody&lt;/b&gt; offers it any more." in page.text
    assert told.get(f"/resources/{SILENT}").json["withdrawnReason"] is None


def test_the_history_tells_the_reason(told: FlaskClient) -> None:
    versions = told.get(f"/resources/{GONE}/versions").json["versions"]
    assert [one["reason"] for one in versions] == [PLAIN, None]
    page = told.get(f"/resources/{GONE}/versions?format=html").text
    assert "&lt;b&gt;Nobody&lt;/b&gt;" in page
    quads = ox.parse(told.get(f"/history/{GONE}?format=nt").data, format=ox.RdfFormat.N_TRIPLES)
    assert [q.object.value for q in quads if "reason" in q.predicate.value] == [PLAIN]


def test_the_change_feed_tells_the_reason_where_there_is_one(told: FlaskClient) -> None:
    page = told.get("/changes?after=0").json["changes"]
    assert page[3]["reason"] == PLAIN
    assert [one["seq"] for one in page if "reason" in one] == [4]
    linked = ox.Store()
    data = told.get("/changes?after=0&format=jsonld").data
    linked.load(data, format=ox.RdfFormat.JSON_LD)
    said = [q.object.value for q in linked if q.predicate.value.endswith("reason")]
    assert said == [PLAIN]
    feed = ElementTree.fromstring(told.get("/changes?after=0&format=atom").data)
    summaries = [one.text or "" for one in feed.iter(f"{ATOM}summary")]
    assert [PLAIN in one for one in summaries] == [False, True, False, False, False]
    assert "&lt;b&gt;Nobody&lt;/b&gt;" in told.get("/changes?format=html").text


def test_pages_from_before_reasons_stay_as_they_were(
    registry: Registry, client: FlaskClient
) -> None:
    publish(registry, range(1, 3), "first")
    client.delete(f"/resources/documents/{GONE}", headers=registry.authorization)
    for form in ("json", "jsonld", "atom"):
        assert "reason" not in client.get(f"/changes?after=0&format={form}").text.lower()


def test_the_event_stream_tells_the_reason(told: FlaskClient) -> None:
    quads = ox.parse(told.get("/ldes/pages/1?format=nq").data, format=ox.RdfFormat.N_QUADS)
    said = [(q.subject.value, q.object.value) for q in quads if "reason" in q.predicate.value]
    assert said == [(f"http://localhost:8000/graph/{GONE}/versions/2", PLAIN)]


def test_checks_tell_when_and_why(told: FlaskClient) -> None:
    asked = {"records": [GONE, SILENT, ctid_number(3)]}
    first, second, third = told.post("/check", json=asked).json["records"]
    assert all(one["withdrawnAt"] for one in (first, second))
    found = [one["withdrawnReason"] for one in (first, second, third)]
    assert found == [PLAIN, None, None]
    assert PLAIN in told.post("/check?format=csv", json=asked).text
    page = told.post("/check?format=html", data={"ctids": GONE}).text
    assert "&lt;b&gt;Nobody&lt;/b&gt;" in page


def test_a_record_that_comes_back_has_no_reason_now(told: FlaskClient, registry: Registry) -> None:
    publish(registry, range(1, 2), "back")
    assert told.post("/check", json={"records": [GONE]}).json["records"][0]["status"] == "current"
    assert (
        told.post("/check", json={"records": [GONE]}).json["records"][0]["withdrawnReason"] is None
    )
    old = told.get(f"/graph/{GONE}/versions/2")
    assert (old.status_code, old.json["withdrawnReason"]) == (410, PLAIN)


@pytest.mark.parametrize(
    "sent",
    [
        {"json": {"reason": ENDED}},
        {"query_string": {"reason": ENDED}},
        {"json": {"reason": ENDED}, "query_string": {"reason": ENDED}},
    ],
)
def test_programs_send_it_in_either_place(
    registry: Registry, client: FlaskClient, sent: dict[str, Any]
) -> None:
    publish(registry, range(1, 2), "first")
    path = f"/ce-registry/resources/documents/{GONE}"
    assert client.delete(path, headers=registry.authorization, **sent).status_code == 204
    assert client.get(f"/resources/{GONE}").json["withdrawnReason"] == PLAIN


@pytest.mark.parametrize(
    "sent",
    [
        {"data": b"{"},
        {"data": b"because"},
        {"json": ["because"]},
        {"json": {"reson": "because"}},
        {"json": {"reason": 5}},
        {"json": {"reason": "one"}, "query_string": {"reason": "another"}},
        {"query_string": {"reason": "x" * (MAX_REASON_CHARACTERS + 1)}},
        {"json": {"reason": "x" * (MAX_REASON_CHARACTERS + 1)}},
        {"query_string": {"reasons": "because"}},
    ],
)
def test_what_is_no_reason_withdraws_nothing(
    registry: Registry, client: FlaskClient, sent: dict[str, Any]
) -> None:
    publish(registry, range(1, 2), "first")
    path = f"/resources/documents/{GONE}"
    refused = client.delete(path, headers=registry.authorization, **sent)
    assert 400 <= refused.status_code < 500
    assert client.get(f"/resources/{GONE}").status_code == 200


def test_the_command_takes_one(registry: Registry, client: FlaskClient, monkeypatch: Any) -> None:
    publish(registry, range(1, 2), "first")
    monkeypatch.setenv("CTGRAPH_HOME", str(registry.settings.home))
    done = CliRunner().invoke(main, ["withdraw", GONE, "--reason", ENDED])
    assert done.exit_code == 0, done.output
    assert client.get(f"/resources/{GONE}").json["withdrawnReason"] == PLAIN


def test_dumps_carry_it_into_other_registries(tmp_path: Path, monkeypatch: Any) -> None:
    source = with_history(tmp_path / "source")
    dump = dumped(source, tmp_path / "dump")
    said = f' {REASON} "The program ended." '.encode()
    assert said in gzip.decompress((dump.path / "history.nq.gz").read_bytes())
    copy = new_registry(tmp_path / "copy")
    monkeypatch.setenv("CTGRAPH_HOME", str(copy.settings.home))
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["load", str(dump.path)])
    assert done.exit_code == 0, done.output
    assert facts_of(copy) == facts_of(source)
    assert copy.ledger.records.versions(WITHDRAWN)[0].reason == "The program ended."


def test_a_history_that_is_added_to_records_carries_it(
    registry: Registry, client: FlaskClient, tmp_path: Path, monkeypatch: Any
) -> None:
    publish(registry, range(1, 2), "first")
    line = {"seq": 7, "event": "withdraw", "sha256": "", "ctid": GONE, "version": 2}
    line |= {"owner": registry.organization.ctid, "reason": ENDED}
    (tmp_path / "more.jsonl").write_bytes(orjson.dumps(line) + b"\n")
    monkeypatch.setenv("CTGRAPH_HOME", str(registry.settings.home))
    monkeypatch.chdir(tmp_path)
    owner = registry.organization.ctid
    done = CliRunner().invoke(main, ["load", "more.jsonl", "--owner", owner])
    assert done.exit_code == 0, done.output
    assert client.get(f"/resources/{GONE}").json["withdrawnReason"] == PLAIN
