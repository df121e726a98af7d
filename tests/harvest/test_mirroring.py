"""`ctgraph mirror`: a registry as a copy of another one, which it follows."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result
from flask import Flask, Response, abort, jsonify, redirect, request

from ctgraph.cli import main
from ctgraph.errors import Unreadable
from ctgraph.harvest import changes, remote
from ctgraph.harvest.listening import Listener
from ctgraph.ledger.audit import audit
from ctgraph.ledger.mirrors import Origin
from ctgraph.ledger.registry import renew
from ctgraph.web import create_app
from tests.support.copies import (
    CHANGES,
    OWNER,
    PUBLISHER,
    WITHDRAWN,
    dumped,
    facts_of,
    new_registry,
    with_history,
)
from tests.support.registry import Registry, certificate, ctid_number, publish
from tests.support.threads import answering


@pytest.fixture
def source(tmp_path: Path) -> Registry:
    return with_history(tmp_path / "source")


@pytest.fixture
def copy(tmp_path: Path) -> Registry:
    return new_registry(tmp_path / "copy")


@pytest.fixture
def mirror(
    copy: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Result]:
    """Return a function that mirrors into the copy from the command line, and projects nothing."""
    monkeypatch.setattr("ctgraph.cli.harvesting.projecting", lambda *_: nullcontext())
    monkeypatch.setattr("ctgraph.cli.harvesting.project_now", lambda *_: None)
    monkeypatch.setattr("ctgraph.harvest.remote.PAUSES_SECONDS", ())
    monkeypatch.setattr(changes.page_after, "__defaults__", (5,))  # several pages
    monkeypatch.setenv("CTGRAPH_HOME", str(copy.settings.home))
    monkeypatch.chdir(tmp_path)
    return lambda *given: CliRunner().invoke(main, ["mirror", *given])


def sound(registry: Registry) -> bool:
    with registry.ledger.database.reading() as connection:
        last = registry.ledger.changes.last_sequence()
        return list(audit(connection, last, lambda done: None)) == []


def test_a_mirror_has_what_the_feed_tells(
    source: Registry, copy: Registry, mirror: Callable[..., Result]
) -> None:
    with answering(create_app(source.settings)) as address:
        result = mirror(address)
        assert result.exit_code == 0, result.output
        assert f"{CHANGES} changes copied" in result.output
        assert "0 changes copied" in mirror(f"{address}/").output
    found, wanted = facts_of(copy, kept=False), facts_of(source, kept=False)
    assert found.pop("names").keys() == wanted.pop("names").keys()
    assert found == wanted
    assert sound(copy)


def test_a_mirror_takes_the_newest_dump_and_then_the_feed(
    source: Registry, copy: Registry, mirror: Callable[..., Result], tmp_path: Path
) -> None:
    dumped(source, source.settings.dump_path / str(CHANGES))
    before = facts_of(source)
    with answering(create_app(source.settings)) as address:
        assert mirror(address).exit_code == 0
        assert facts_of(copy) == before
        publish(source, range(1, 2), "once more")
        assert "1 changes copied" in mirror(address).output
    assert facts_of(copy, kept=False) == facts_of(source, kept=False)
    assert not (copy.settings.home / "mirror").exists()
    again = dumped(copy, tmp_path / "again")
    assert again.manifest["records"] == dumped(source, tmp_path / "source-dump").manifest["records"]


def test_a_home_is_made_where_there_is_none_with_a_base_of_its_own(
    source: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mirror: Callable[..., Result]
) -> None:
    monkeypatch.setenv("CTGRAPH_HOME", str(tmp_path / "new"))
    monkeypatch.setenv("CTGRAPH_BASE_URL", "https://copy.example.org")
    with answering(create_app(source.settings)) as address:
        assert mirror(address).exit_code == 0
    made = new_registry(tmp_path / "new", base_url="https://copy.example.org")
    assert made.ledger.changes.last_sequence() == CHANGES
    assert sound(made)
    assert b"localhost" not in made.ledger.records.quads(ctid_number(1), 3)


def test_an_interrupted_mirror_goes_on(
    source: Registry, copy: Registry, mirror: Callable[..., Result]
) -> None:
    app = create_app(source.settings)
    broken = [True]

    @app.before_request
    def fail() -> None:
        if broken[0] and request.path.endswith(f"{ctid_number(5)}/versions/2"):
            abort(404)

    with answering(app) as address:
        result = mirror(address)
        assert result.exit_code == 1
        assert "number 11" in result.output.replace("\n", " ")
        assert copy.ledger.changes.last_sequence() == 10
        broken[0] = False
        assert mirror(address).exit_code == 0
    assert copy.ledger.changes.last_sequence() == CHANGES


def test_a_version_with_another_hash_is_not_taken(
    source: Registry, copy: Registry, mirror: Callable[..., Result]
) -> None:
    app = create_app(source.settings)

    @app.before_request
    def lie() -> Any:
        if request.path == f"/graph/{ctid_number(1)}/versions/2":
            return jsonify(certificate(1))
        return None

    with answering(app) as address:
        result = mirror(address)
    assert result.exit_code == 1
    assert "hash" in result.output
    assert copy.ledger.changes.last_sequence() == 4


@pytest.mark.parametrize("how", ["restored", "rewound"])
def test_a_source_that_became_another_ledger_is_told(
    source: Registry, copy: Registry, mirror: Callable[..., Result], tmp_path: Path, how: str
) -> None:
    with answering(create_app(source.settings)) as address:
        assert mirror(address).exit_code == 0
        if how == "restored":
            with source.ledger.database.writing() as connection:
                renew(connection)
        else:
            published_aside(copy)
        result = mirror(address)
    assert result.exit_code == 1
    assert "new CTGRAPH_HOME" in result.output


def published_aside(copy: Registry) -> None:
    """Publish in a mirror as if it were none: nothing else can."""
    origin = copy.ledger.mirrors.origin()
    assert origin
    copy.ledger.mirrors.note(Origin(origin.url))
    publish(copy, range(8, 9), "own")
    copy.ledger.mirrors.note(origin)


def test_nothing_is_published_in_a_mirror_and_what_was_is_told(
    source: Registry, copy: Registry, mirror: Callable[..., Result]
) -> None:
    with answering(create_app(source.settings)) as address:
        assert mirror(address).exit_code == 0
        key = copy.ledger.organizations.add_key(OWNER)
        mine = Registry(copy.settings, copy.ledger, copy.organization, key)
        client = create_app(copy.settings).test_client()
        given = {"json": certificate(8), "headers": mine.authorization}
        refused = [
            client.post(f"/resources/organizations/{OWNER}/documents", **given),
            client.delete(f"/resources/documents/{ctid_number(1)}", headers=mine.authorization),
            client.patch(
                f"/resources/documents/{ctid_number(1)}/transfer?organization_id={PUBLISHER}",
                headers=mine.authorization,
            ),
        ]
        for answer in refused:
            assert answer.status_code == 409, answer.text
            assert "Publish there" in answer.json["detail"]
            assert address in answer.json["detail"]
        assert copy.ledger.changes.last_sequence() == CHANGES
        published_aside(copy)
        publish(source, range(6, 8), "there")  # with the same number, and one more
        result = mirror(address)
    assert result.exit_code == 1
    assert "published in this registry" in result.output.replace("\n", " ")
    assert copy.ledger.changes.last_sequence() == CHANGES + 1


@pytest.mark.parametrize("left", ["all", "half", "more"])
def test_a_download_that_was_interrupted_anywhere_goes_on(
    source: Registry, copy: Registry, mirror: Callable[..., Result], left: str
) -> None:
    made = dumped(source, source.settings.dump_path / str(CHANGES))
    lines = (made.path / "history.jsonl.zst").read_bytes()
    part = copy.settings.home / "mirror" / f"{CHANGES}-history.jsonl.zst.part"
    part.parent.mkdir()
    part.write_bytes({"all": lines, "half": lines[: len(lines) // 2], "more": lines * 2}[left])
    with answering(create_app(source.settings)) as address:
        result = mirror(address)
        if left == "more":  # it has another hash, and is removed
            assert result.exit_code == 1
            result = mirror(address)
    assert result.exit_code == 0, result.output
    assert copy.ledger.changes.last_sequence() == CHANGES


def test_no_more_of_a_dump_is_read_than_its_manifest_says(
    source: Registry, copy: Registry, mirror: Callable[..., Result]
) -> None:
    dumped(source, source.settings.dump_path / str(CHANGES))
    app, sent = create_app(source.settings), [0]

    @app.before_request
    def flood() -> Any:
        def parts() -> Iterator[bytes]:
            for _ in range(100):
                sent[0] += 1
                yield bytes(1 << 20)

        return Response(parts()) if request.path.endswith(".zst") else None

    with answering(app) as address:
        result = mirror(address)
    assert result.exit_code == 1
    assert "not used" in result.output
    assert sent[0] < 100
    assert copy.ledger.changes.last_sequence() == 0


@pytest.mark.parametrize("how", ["next", "document", "credentials", "redirect", "events"])
def test_only_the_host_of_a_source_is_asked(
    source: Registry, copy: Registry, mirror: Callable[..., Result], how: str
) -> None:
    """Whatever a source names, nothing else on the network hears of its mirror."""
    asked, app, inner = list[str](), create_app(source.settings), Flask(__name__)

    @inner.before_request
    def heard() -> str:
        asked.append(request.path)
        return "{}"

    @app.after_request
    def lead(answer: Response) -> Any:
        if how in ("redirect", "events"):
            is_told = request.path == "/changes" and request.args.get("after") == "now"
            return answer if is_told else redirect(f"{elsewhere}/secret")
        if request.path == "/changes" and request.args["after"] != "now":
            page = answer.get_json()
            for one in page["changes"] if how in ("document", "credentials") else []:
                aside = f"@{elsewhere.removeprefix('http://')}/secret"
                one["url"] = aside if how == "credentials" else f"{elsewhere}/secret"
            if how == "next":
                page |= {"changes": page["changes"][:5], "next": f"{elsewhere}/secret"}
            answer.set_data(orjson.dumps(page))
        return answer

    with answering(inner) as elsewhere, answering(app) as address:
        if how == "events":
            with remote.Remote(address) as one, pytest.raises(Unreadable, match="not asked"):
                next(one.events("/changes?after=0"))
        else:
            result = mirror(address)
            assert result.exit_code == 1
            assert "leads to" in result.output
    assert asked == []


def test_a_registry_with_records_of_its_own_is_left_alone(
    source: Registry, copy: Registry, mirror: Callable[..., Result]
) -> None:
    copy.ledger.organizations.register({OWNER: ""})
    publish(copy, range(8, 9), "own")
    with answering(create_app(source.settings)) as address:
        result = mirror(address)
    assert result.exit_code == 1
    assert "changes of its own" in result.output
    assert copy.ledger.changes.last_sequence() == 1


def test_a_mirror_of_one_registry_does_not_become_one_of_another(
    source: Registry, mirror: Callable[..., Result]
) -> None:
    with answering(create_app(source.settings)) as address:
        assert mirror(address).exit_code == 0
    result = mirror("http://127.0.0.1:9")
    assert result.exit_code == 1
    assert "is a copy of" in result.output


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://[", "ftp://example.org", "http://"])
def test_an_address_that_cannot_be_had_is_told(mirror: Callable[..., Result], url: str) -> None:
    result = mirror(url)
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert "cannot be had" in result.output


def test_no_registry_at_an_address_is_told(mirror: Callable[..., Result]) -> None:
    with answering(Flask(__name__)) as address:
        result = mirror(address)
    assert result.exit_code == 1
    assert "neither /changes nor /ce-registry/envelopes" in result.output
    assert mirror("registry.example.org").exit_code == 2


def test_following_takes_changes_as_they_come(
    source: Registry, copy: Registry, mirror: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The source changes, is away and comes back while it is followed."""
    rounds: list[int] = []
    app = create_app(source.settings)
    away = [False]

    @app.before_request
    def fail() -> None:
        if away[0]:
            abort(503)

    def between(listener: Listener, is_over: Callable[[], bool]) -> None:
        rounds.append(copy.ledger.changes.last_sequence())
        away[0] = len(rounds) == 2
        if len(rounds) == 1:
            publish(source, range(6, 8), "followed")
        if len(rounds) == 5:
            raise KeyboardInterrupt

    monkeypatch.setattr(Listener, "wait", between)
    with answering(app) as address:
        result = mirror(address, "--follow")
    assert rounds == [CHANGES, CHANGES + 2, CHANGES + 2, CHANGES + 2, CHANGES + 2]
    assert "2 changes copied, up to number" in result.output
    assert result.output.count("asked again") == 1


class Envelopes:
    """An existing registry with an envelopes API."""

    def __init__(self) -> None:
        self.held = {ctid_number(number): self._envelope(number) for number in range(1, 4)}
        self.events: list[dict[str, str]] = []
        self.app = Flask(__name__)
        self.app.get("/ce-registry/envelopes")(self.page)
        self.app.get("/envelopes/events")(self.since)
        self.app.get("/envelopes/<record>")(self.one)

    def _envelope(self, number: int, **more: Any) -> dict[str, Any]:
        return {
            "envelope_community": "ce_registry",
            "envelope_ceterms_ctid": ctid_number(number),
            "owned_by": OWNER,
            "decoded_resource": certificate(number, **more),
            "node_headers": {"deleted_at": None},
        }

    def page(self) -> Any:
        number, size = int(request.args["page"]), int(request.args["per_page"])
        found = [self.held[record] for record in sorted(self.held)]
        answer = jsonify(found[(number - 1) * size : number * size])
        answer.headers["X-Total"] = str(len(found))
        return answer

    def since(self) -> Any:
        after = request.args["after"]
        return jsonify([one for one in reversed(self.events) if one["created_at"] > after])

    def one(self, record: str) -> Any:
        return jsonify(self.held[record]) if record in self.held else abort(404)

    def change(self, number: int, event: str, second: int) -> None:
        record = ctid_number(number)
        if event == "destroy":
            del self.held[record]
        else:
            self.held[record] = self._envelope(number, **{"ceterms:codedNotation": str(second)})
        moment = f"2999-01-01T00:00:{second:02}.000Z"
        self.events.append({"envelope_ceterms_ctid": record, "event": event, "created_at": moment})


def test_an_existing_registry_is_copied_and_followed(
    copy: Registry, mirror: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ctgraph.harvest.envelopes.PAGE_ENVELOPES", 2)
    other = Envelopes()
    with answering(other.app) as address:
        result = mirror(address)
        assert result.exit_code == 0, result.output
        assert "3 changes copied" in result.output
        other.change(1, "update", 1)
        other.change(4, "create", 2)
        other.change(4, "update", 3)
        other.change(3, "destroy", 4)
        assert "3 changes copied" in mirror(address).output
        assert "0 changes copied" in mirror(address).output
    records = copy.ledger.records
    assert {r: e.version for r in map(ctid_number, range(1, 5)) if (e := records.find(r))} == {
        ctid_number(1): 2,
        ctid_number(2): 1,
        ctid_number(3): 2,
        ctid_number(4): 1,
    }
    withdrawn = records.find(WITHDRAWN)
    assert withdrawn
    assert withdrawn.deleted_at
    assert sound(copy)


def test_an_interrupted_copy_of_an_existing_registry_loses_nothing(
    copy: Registry, mirror: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it is interrupted, records change, and others move to pages that were read already."""
    monkeypatch.setattr("ctgraph.bulk.load.MAX_BATCH_TEXTS", 1)
    other = Envelopes()
    with answering(other.app) as address:
        with monkeypatch.context() as patched:
            patched.setattr("ctgraph.bulk.load.interrupts", lambda: nullcontext(lambda: True))
            assert mirror(address).exit_code == 1
        assert copy.ledger.changes.last_sequence() == 1
        other.change(1, "destroy", 1)
        moment = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        other.events[-1]["created_at"] = moment
        told = [mirror(address) for _ in range(3)]
    assert [one.exit_code for one in told] == [0, 0, 0]
    copied = [int(re.findall(r"(\d+) changes copied", one.output)[0]) for one in told]
    assert copied == [2, 1, 0]
    gone, *others = (copy.ledger.records.find(ctid_number(number)) for number in (1, 2, 3))
    assert gone
    assert gone.deleted_at
    assert all(others)


def token(document: dict[str, Any]) -> str:
    """Return a document as such registries keep it: a token with a signature."""
    parts = (b'{"alg":"RS256"}', orjson.dumps(document), b"signature")
    return ".".join(base64.urlsafe_b64encode(one).decode().rstrip("=") for one in parts)


def test_an_existing_registry_is_proved_by_what_its_envelopes_state(
    copy: Registry, mirror: Callable[..., Result], tmp_path: Path
) -> None:
    other = Envelopes()
    for number, (signed, said) in {
        1: (certificate(1), ""),  # as it should be
        2: (certificate(2, **{"ceterms:codedNotation": "another"}), ""),
        3: (certificate(3), "another"),
    }.items():
        envelope = other.held[ctid_number(number)]
        envelope["resource"] = token(signed)
        digest = hashlib.sha256((envelope["resource"] + said).encode()).digest()
        envelope["node_headers"]["resource_digest"] = base64.b64encode(digest).decode()
    with answering(other.app) as address:
        result = mirror(address)
    assert result.exit_code == 1
    held = [bool(copy.ledger.records.find(ctid_number(number))) for number in (1, 2, 3)]
    assert held == [True, False, False]
    told = [orjson.loads(one) for one in (tmp_path / "mirror-report.jsonl").open("rb")]
    assert "not what its resource holds" in told[0]["error"]
    assert "SHA-256" in told[1]["error"]


@pytest.mark.parametrize("said", ["7", "date", "nonsense", "-3", "999999"])
def test_a_source_that_asks_for_patience_gets_it(
    source: Registry,
    copy: Registry,
    mirror: Callable[..., Result],
    monkeypatch: pytest.MonkeyPatch,
    said: str,
) -> None:
    app, pauses, asked = create_app(source.settings), list[float](), [0]
    in_an_hour = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)

    @app.before_request
    def busy() -> Any:
        asked[0] += 1
        if asked[0] in (2, 3, 6):
            headers = {"Retry-After": in_an_hour if said == "date" else said}
            return "Too many", 429, headers
        return None

    monkeypatch.setattr("ctgraph.harvest.remote.PAUSES_SECONDS", (0.5, 1.0))
    monkeypatch.setattr("ctgraph.harvest.remote.time.sleep", pauses.append)
    with answering(app) as address:
        result = mirror(address)
    assert result.exit_code == 0, result.output
    assert copy.ledger.changes.last_sequence() == CHANGES
    expected = {"7": 7.0, "nonsense": 0.5, "-3": 0.5}.get(said, remote.MAX_RETRY_SECONDS)
    told = [one for one in pauses if one >= 0.5]
    assert told[:1] == [expected]
    assert result.output.count("it answers 429") == 2, "one line for each time that it was away"


def test_a_follower_hears_of_changes_as_they_happen(
    source: Registry, copy: Registry, mirror: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is asked for from time to time: what comes has been heard of."""
    for name in ("POLL_SECONDS", "HEARD_POLL_SECONDS"):
        monkeypatch.setattr(f"ctgraph.harvest.listening.{name}", 1_000.0)
    wanted = CHANGES + 4

    def publish_and_stop() -> None:
        waiting.wait()
        for number in range(6, 10):
            publish(source, range(number, number + 1), "heard")
        while copy.ledger.changes.last_sequence() < wanted:
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)

    waiting, wait = threading.Event(), Listener.wait

    def waited(listener: Listener, is_over: Callable[[], bool]) -> None:
        waiting.set()
        wait(listener, is_over)

    monkeypatch.setattr(Listener, "wait", waited)
    with answering(create_app(source.settings)) as address:
        publisher = threading.Thread(target=publish_and_stop, daemon=True)
        publisher.start()
        result = mirror(address, "--follow")
        publisher.join()
    assert result.exit_code == 0, result.output
    assert facts_of(copy, kept=False)["last"] == wanted
    assert sound(copy)


def test_a_follower_is_told_when_its_source_was_restored(
    source: Registry, mirror: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    def between(listener: Listener, is_over: Callable[[], bool]) -> None:
        with source.ledger.database.writing() as connection:
            renew(connection)
        publish(source, range(6, 8), "since")

    monkeypatch.setattr(Listener, "wait", between)
    with answering(create_app(source.settings)) as address:
        result = mirror(address, "--follow")
    assert result.exit_code == 1
    assert "restored from a backup" in result.output


def test_a_follower_that_starts_while_its_source_is_away_waits(
    source: Registry, copy: Registry, mirror: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    app, away = create_app(source.settings), [False]

    @app.before_request
    def fail() -> None:
        if away[0]:
            abort(503)

    def between(listener: Listener, is_over: Callable[[], bool]) -> None:
        if not away[0]:
            raise KeyboardInterrupt
        away[0] = False

    monkeypatch.setattr(Listener, "wait", between)
    with answering(app) as address:
        assert mirror(address).exit_code == 0
        publish(source, range(6, 8), "missed")
        away[0] = True
        result = mirror(address, "--follow")
    assert "503" in result.output
    assert copy.ledger.changes.last_sequence() == CHANGES + 2
