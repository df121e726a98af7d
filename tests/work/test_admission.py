"""Turns: whoever asks for much waits behind itself, and nobody else notices."""

from __future__ import annotations

import http.client
import importlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import quote

import orjson
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from ctgraph.errors import (
    Busy,
    CtgraphError,
    MalformedCtid,
    Overloaded,
    QueryError,
    TooManyPasts,
    TooManyQueries,
)
from ctgraph.identity.ctid import canonical
from ctgraph.ledger import Ledger
from ctgraph.publishing import link_checks
from ctgraph.publishing.link_checks import MOST_OTHER_BYTES, LinkAdvisor
from ctgraph.settings import load_settings
from ctgraph.sparql.pool import QueryPool
from ctgraph.sparql.query import DEEPEST, Query, depth
from ctgraph.validation.submissions import Link
from ctgraph.web import create_app
from ctgraph.web.http.registry import PASTS
from ctgraph.work.admission import MAX_PAUSES, SLICE_SECONDS, Admission, never
from ctgraph.work.calls import Calls, serve
from ctgraph.work.clients import Allowance, Costs, client_of
from ctgraph.work.crew import Crew
from ctgraph.work.process import WorkerProcess
from ctgraph.work.turn import State, Turn
from tests.support.registry import Registry, certificate, ctid_number
from tests.support.server import serving
from tests.support.waiting import until

PATIENCE = 120.0
"""How long a slow machine may take, in seconds."""
LOTS = 1 << 40


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Work:
    """A process that does as it is told, and remembers it."""

    clock: Clock
    told: list[str] = field(default_factory=list)
    holds: int = 0

    def pause(self) -> None:
        self.told.append("pause")

    def resume(self) -> None:
        self.told.append("resume")

    def stop(self) -> None:
        self.told.append("stop")

    def worked(self) -> float:
        return self.clock.now

    def memory(self) -> int:
        return self.holds

    @property
    def runs(self) -> bool:
        return not self.told or self.told[-1] == "resume"


class Hall:
    """An admission with a clock, whose jobs are begun and ended by a test."""

    def __init__(
        self,
        places: int = 2,
        heavy: int = 1,
        per_client: int = 1,
        waiting: int = 20,
        patience: float = 10.0,
        memory: int = LOTS,
    ) -> None:
        self.clock = Clock()
        self.most = places, heavy
        self.admission = Admission(
            places, heavy, per_client, waiting, patience, memory, Costs(), self.clock
        )
        self.works: dict[Turn, Work] = {}
        self.refused: list[CtgraphError] = []

    def join(self, client: str, holds: int = 0) -> Turn | None:
        """Let a client ask; the turn has a place or waits. None when it is refused at once."""
        with self.admission._lock:
            try:
                self.admission._make_room(client, self.clock.now)
            except CtgraphError as error:
                self.refused.append(error)
                return None
            turn = Turn(client, self.clock.now)
            self.admission._turns.append(turn)
            self.admission._hand_out(self.clock.now)
            self.admission._look(self.clock.now)
        self.works[turn] = Work(self.clock, holds=holds)
        self.begin()
        return turn

    def begin(self) -> None:
        """Let what has a place begin."""
        for turn, work in self.works.items():
            if turn.state is State.EXPRESS and turn.process is None:
                self.admission.begin(turn, work)

    def after(self, seconds: float) -> None:
        """Let some time pass."""
        while seconds > 0:
            step = min(0.1, seconds)
            self.clock.now += step
            seconds -= step
            with self.admission._lock:
                self.admission._look(self.clock.now)
            self.begin()
            self.hold()

    def hold(self) -> None:
        """Hold what always has to be so."""
        states = Counter(turn.state for turn in self.admission._turns)
        assert states[State.EXPRESS] <= self.most[0]
        assert states[State.HEAVY] <= self.most[1]
        for turn, work in self.works.items():
            if turn.state in (State.EXPRESS, State.HEAVY):
                assert work.runs
            if turn.state is State.PAUSED:
                assert work.told[-1] == "pause"
            if turn.failure and turn.process:
                assert work.told[-1] == "stop"


# Turns, with a clock that a test turns


def test_the_next_place_is_a_newcomers_however_many_strangers_ask() -> None:
    hall = Hall()
    for number in range(20):
        hall.join(f"stranger {number}")
    hall.after(5)
    newcomer = hall.join("newcomer")
    hall.after(SLICE_SECONDS / 2)
    assert newcomer
    assert newcomer.process, "it has not begun"


def test_many_questions_of_few_clients_do_not_shut_out_a_newcomer() -> None:
    hall = Hall()
    for number in range(8):
        for _ in range(25):
            hall.join(f"stranger {number}")
    assert any(isinstance(error, TooManyQueries) for error in hall.refused)
    newcomer = hall.join("newcomer")
    assert newcomer
    hall.after(SLICE_SECONDS / 2)
    assert newcomer.process
    assert not newcomer.failure


def test_a_newcomers_long_question_has_its_share_at_once() -> None:
    hall = Hall()
    for number in range(8):
        hall.join(f"stranger {number}")
    hall.after(9)
    newcomer = hall.join("newcomer")
    hall.after(4)
    assert newcomer
    assert newcomer.ran >= 2 * SLICE_SECONDS, "it has no more than its share of nine"


def test_a_long_job_alone_runs_on_and_leaves_the_lane_of_short_ones() -> None:
    hall = Hall(places=1)
    long = hall.join("long")
    hall.after(25)
    assert long
    assert long.state is State.HEAVY
    assert long.ran == pytest.approx(25)
    short = hall.join("short")
    assert short
    assert short.state is State.EXPRESS


def test_two_long_jobs_share_what_there_is_and_both_get_done() -> None:
    hall = Hall(places=1)
    first = hall.join("first")
    hall.after(20)
    second = hall.join("second")
    hall.after(40)
    assert first
    assert second
    assert not (first.failure)
    assert not (second.failure)
    assert first.ran + second.ran == pytest.approx(60, abs=1)
    assert min(first.ran, second.ran) > 20


def test_who_waits_longer_than_it_may_is_refused_with_a_word_when_to_come_again() -> None:
    hall = Hall(places=1, heavy=1, patience=3)
    turns = [hall.join(f"client {number}") for number in range(30)]
    hall.after(30)
    refused = [turn.failure for turn in turns if turn and turn.failure]
    assert refused
    assert all(isinstance(one, Busy) and one.retry_after for one in refused)
    assert all(turn.ran < 31 for turn in turns if turn)


def test_nobody_is_kept_in_suspense_for_ever() -> None:
    """Each of many long jobs goes on again and again, and would take the time of all of them."""
    hall = Hall(places=1, heavy=1, patience=5)
    turns = [hall.join(f"client {number}") for number in range(6)]
    hall.after(5 * (MAX_PAUSES + 1) + 10)
    assert any(turn and turn.failure for turn in turns)
    assert all(turn.paused <= 5 * MAX_PAUSES + 1 for turn in turns if turn)


def test_what_is_paused_holds_no_more_memory_than_it_may() -> None:
    hall = Hall(places=2, heavy=1, memory=1000)
    for number in range(6):
        hall.join(f"greedy {number}", holds=400)
    for _ in range(60):
        hall.after(0.1)
        assert sum(turn.memory for turn in hall.admission._in(State.PAUSED)) <= 1000
    assert any("stop" in work.told for work in hall.works.values())


def test_for_want_of_memory_who_used_most_is_refused_and_no_newcomer() -> None:
    hall = Hall(places=2, heavy=1, memory=1000)
    for number in range(3):
        hall.join(f"greedy {number}", holds=400)
        hall.after(2)
    newcomer = hall.join("newcomer", holds=400)
    hall.after(3)
    assert newcomer
    assert not newcomer.failure
    assert any(turn.failure for turn in hall.works)


def test_a_paused_process_goes_on_before_another_job_has_it() -> None:
    hall = Hall(places=2, heavy=1)
    turns = [hall.join("a"), hall.join("b")]
    hall.after(1)
    (paused,) = hall.admission._in(State.PAUSED)
    order: list[str] = hall.works[paused].told
    hall.admission.end(paused, lambda: order.append("put back"))
    assert order[-2:] == ["resume", "put back"]
    assert paused in turns
    hall.admission.end(paused, lambda: order.append("put back"))
    assert not [turn for turn in hall.admission._turns if turn is paused]


actions = st.lists(
    st.tuples(st.sampled_from(["join", "after", "end"]), st.integers(0, 9)), max_size=80
)


@given(actions, st.integers(1, 3), st.integers(1, 2), st.integers(1, 2))
def test_whatever_happens_places_are_kept_and_none_is_lost(
    happens: list[tuple[str, int]], places: int, heavy: int, per_client: int
) -> None:
    hall = Hall(places, heavy, per_client, waiting=4, patience=5)
    for what, number in happens:
        if what == "join":
            hall.join("abcde"[number % 5], holds=number)
        elif what == "after":
            hall.after(number / 5)
        elif hall.admission._turns:
            hall.admission.end(hall.admission._turns[number % len(hall.admission._turns)])
            hall.begin()
        begun = Counter(
            turn.client for turn in hall.admission._turns if turn.state is not State.WAITING
        )
        assert all(count <= per_client for count in begun.values())
        waiting = Counter(turn.client for turn in hall.admission._in(State.WAITING))
        assert all(count <= 4 for count in waiting.values())
        hall.hold()
    for turn in list(hall.admission._turns):
        hall.admission.end(turn)
    assert not hall.admission._turns
    for number in range(places):
        turn = hall.join(f"new {number}")
        assert turn
        assert turn.state is State.EXPRESS


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 100), min_size=2),
    st.randoms(use_true_random=False),
)
def test_of_those_who_wait_who_used_least_is_next(
    used: dict[str, int], chance: random.Random
) -> None:
    hall = Hall(places=1)
    hall.join("first")
    for client, seconds in used.items():
        hall.admission._costs.add(client, seconds, hall.clock.now)
    clients = list(used)
    chance.shuffle(clients)
    for client in clients:
        hall.join(client)
    came = []
    for _ in clients:
        hall.admission.end(hall.admission._in(State.EXPRESS)[0])
        came.append(hall.admission._in(State.EXPRESS)[0].client)
    assert [used[client] for client in came] == sorted(used.values())


def test_what_was_used_is_forgotten_in_time_and_clients_are_not_kept_for_ever() -> None:
    costs = Costs()
    costs.add("a", 8, 0)
    assert costs.of("a", 60) == pytest.approx(4)
    assert costs.of("b", 60) == 0
    for number in range(30_000):
        costs.add(f"client {number}", 1, 60)
    assert len(costs._used) <= 10_001
    assert costs.of("a", 60) == pytest.approx(4)


# Turns, with threads


def test_places_never_leak_whoever_goes_or_fails() -> None:
    admission = Admission(3, 1, 2, 3, 0.2, LOTS)
    running, most, outcomes, lock = Counter[str](), 0, Counter[str](), threading.Lock()

    def broken() -> bool:
        raise ValueError("non-zero flags are not allowed on an SSLSocket")

    def one(seed: int) -> None:
        nonlocal most
        chance = random.Random(seed)
        for _ in range(40):
            client = chance.choice("abcde")
            try:
                turn = admission.take(client, chance.choice([never, never, lambda: True, broken]))
            except (CtgraphError, ValueError) as error:
                outcomes[type(error).__name__] += 1
                continue
            with lock:
                running[client] += 1
                most = max(most, running.total())
                assert running[client] <= 2
            time.sleep(chance.random() * 0.004)
            with lock:
                running[client] -= 1
            admission.end(turn)
            outcomes["served"] += 1

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(one, range(16)))
    assert 0 < most <= 3
    assert outcomes["served"]
    assert not admission._turns


def test_one_client_is_one_whatever_address_it_has() -> None:
    assert client_of("2001:db8:1:2::1") == client_of("2001:db8:1:2:ffff:1:2:3")
    assert client_of("2001:db8:1:2::1") != client_of("2001:db8:1:3::1")
    assert client_of("fe80::1%eth0") == client_of("fe80::2%eth1")
    assert client_of("::ffff:192.0.2.1") == client_of("192.0.2.1") != client_of("192.0.2.2")
    assert client_of("") == ""
    assert client_of("unix:") == "unix:"


# Calls


@pytest.fixture
def crew() -> Iterator[Crew]:
    start = partial(WorkerProcess, serve, 400_000_000)
    crew = Crew(start, Admission(2, 1, 2, 20, PATIENCE, LOTS))
    yield crew
    crew.close()


def test_a_call_is_made_in_another_process_which_makes_the_next_too(crew: Crew) -> None:
    call = Calls(crew, "a", PATIENCE, never)
    assert call(sum, [1, 2]) == 3
    with pytest.raises(MalformedCtid) as raised:
        call(canonical, "ce-1")
    assert raised.value.problems
    assert call(os.getpid) == call(os.getpid) != os.getpid()


def test_a_call_that_takes_too_much_loses_its_process_and_nobody_elses(crew: Crew) -> None:
    with pytest.raises(Overloaded, match=r"0\.2 seconds"):
        Calls(crew, "a", 0.2, never)(time.sleep, PATIENCE)
    call = Calls(crew, "a", PATIENCE, never)
    with pytest.raises((Overloaded, MemoryError)):
        call(bytes, 1 << 30)
    with pytest.raises(Overloaded):
        call(os.abort)
    assert call(sum, [1]) == 1
    assert not crew.admission._turns


def test_long_calls_take_turns_and_all_end(
    crew: Crew, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three work in two places; each is paused and goes on, in a process of its own."""
    (tmp_path / "working.py").write_text(
        "import os, time\n"
        "def work(seconds):\n"
        "    while time.process_time() < seconds:\n"
        "        pass\n"
        "    return os.getpid()\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    work = importlib.import_module("working").work
    with ThreadPoolExecutor(3) as threads:
        calls = [Calls(crew, client, PATIENCE, never) for client in "abc"]
        found = list(threads.map(lambda call: call(work, 2), calls))
    assert len(set(found)) == 3
    assert not crew.admission._turns
    assert Calls(crew, "a", PATIENCE, never)(os.getpid) in found


@pytest.mark.parametrize("kind", ["ctgraph.work.calls", "ctgraph.sparql.worker"])
def test_a_paused_process_ends_with_its_parent(tmp_path: Path, kind: str) -> None:
    """Nobody else would ever end it."""
    told = tmp_path / "pid"
    program = (
        "import os, sys, time\n"
        "from pathlib import Path\n"
        f"from {kind} import serve\n"
        "from ctgraph.work.process import WorkerProcess\n"
        "worker = WorkerProcess(serve, 400_000_000)\n"
        "worker.pause()\n"
        f"Path({str(told)!r}).write_text(str(worker._pid))\n"
        "time.sleep(600)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program])
    until(lambda: told.exists() and bool(told.read_text()))
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    until(lambda: not _lives(int(told.read_text())))


def _lives(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


# What goes through it


def busy(client: FlaskClient, crew: str) -> Admission:
    """Return the admission of a crew after it has been left without a place."""
    admission: Admission = getattr(client.application.extensions["ctgraph"].work, crew).admission
    admission._places = dict.fromkeys(admission._places, 0)
    return admission


@pytest.mark.parametrize(
    "path",
    [
        *(
            f"/pathways/{ctid_number(1)}/{question}"
            for question in ("preceding", "succeeding", "neighbourhood", "stack", "versions")
        ),
        f"/pathways/{ctid_number(1)}",
        f"/pathways/{ctid_number(1)}/structure",
        f"/pathways/{ctid_number(1)}?format=html",
        f"/pathways/route?from={ctid_number(1)}&to={ctid_number(2)}",
        f"/pathways/route?format=html&from={ctid_number(1)}&to={ctid_number(2)}",
        f"/pathways/common?ctids={ctid_number(1)},{ctid_number(2)}",
        f"/pathways/check?held={ctid_number(1)}",
        "/pathways/search?q=a",
        "/pathways?format=html&q=a",
        f"/links/{ctid_number(1)}",
        "/sparql?query=ASK%7B%7D",
        f"/organizations/{ctid_number(0)}/completeness",
    ],
)
def test_every_expensive_question_needs_a_turn(
    make_registry: Callable[..., Registry], path: str
) -> None:
    registry = make_registry(query_queue=0)
    client = create_app(registry.settings).test_client()
    client.post(registry.documents_url, json=certificate(), headers=registry.authorization)
    registry.project()
    busy(client, "calls")
    answer = client.get(path)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    for free in ("/healthz", f"/resources/{ctid_number(1)}"):
        assert client.get(free).status_code == 200


def test_validation_and_publishing_need_turns_and_each_their_own(
    make_registry: Callable[..., Registry],
) -> None:
    registry = make_registry(query_queue=0)

    def asked(crew: str) -> list[int]:
        client = create_app(registry.settings).test_client()
        busy(client, crew)
        number = 1 if crew == "calls" else 2
        answers = [
            client.post("/validate", json=certificate()),
            client.post(
                registry.documents_url, json=certificate(number), headers=registry.authorization
            ),
        ]
        assert all("Retry-After" in one.headers for one in answers if one.status_code == 503)
        return [answer.status_code for answer in answers]

    assert asked("calls") == [503, 201]
    assert asked("publishing") == [200, 503]


def test_ever_new_pasts_are_refused_after_a_few(registry: Registry) -> None:
    client = create_app(registry.settings).test_client()
    for number in range(1, PASTS + 3):
        client.post(
            registry.documents_url, json=certificate(number), headers=registry.authorization
        )
    registry.project()
    moments = [
        version.created_at
        for number in range(1, PASTS + 2)
        for version in registry.ledger.versions(ctid_number(number))
    ]

    def ask(moment: str, address: str) -> int:
        given = {"query": "ASK {}", "as-of": moment}
        answer = client.get("/sparql", query_string=given, environ_base={"REMOTE_ADDR": address})
        while answer.status_code == 503:  # it is being prepared
            answer = client.get(
                "/sparql", query_string=given, environ_base={"REMOTE_ADDR": address}
            )
        assert answer.status_code != 429 or int(answer.headers["Retry-After"]) > 0
        return answer.status_code

    assert [ask(moment, "192.0.2.1") for moment in moments] == [200] * PASTS + [429]
    assert ask(moments[PASTS - 1], "192.0.2.1") == 200, "it is there already"
    assert ask(moments[PASTS], "192.0.2.2") == 200, "another client"


def test_an_allowance_comes_back_in_time() -> None:
    clock = Clock()
    allowance = Allowance(2, 10, lambda: TooManyPasts("too many"), clock)
    for _ in range(2):
        allowance.use("a")
    with pytest.raises(TooManyPasts):
        allowance.use("a")
    allowance.use("b")
    clock.now += 10
    allowance.use("a")


# Links into large documents


def test_advice_reads_a_bounded_part_of_what_a_document_links_to(registry: Registry) -> None:
    """A large framework is not read for each of the small documents that link to it."""
    client = create_app(registry.settings).test_client()
    filler = {"ceterms:keyword": {"en": [f"{n:032x}" for n in range(30_000)]}}
    for number in (2, 3, 4):
        answer = client.post(
            registry.documents_url,
            json=certificate(number, **filler),
            headers=registry.authorization,
        )
        assert answer.status_code == 201
    targets = [f"http://localhost:8000/resources/{ctid_number(n)}" for n in (2, 3, 4)]
    linking = certificate(
        1,
        **{
            "ceterms:isPreparationFor": [
                {"@type": "ceterms:ConditionProfile", "ceterms:targetCredential": targets}
            ],
            "ceterms:hasPart": targets,
        },
    )
    answer = client.post("/validate", json=linking)
    told = [p for p in answer.json["problems"] if p.get("advice") == "not-looked-at"]
    assert len(told) == 1
    assert told[0]["severity"] == "info"
    assert "bytes" in told[0]["message"]
    assert told[0]["pointer"].startswith("/@graph/0/")
    assert told[0]["line"]
    sided = [p for p in answer.json["problems"] if p.get("advice") == "one-sided"]
    assert 0 < len(sided) < 3


@given(st.lists(st.integers(0, MOST_OTHER_BYTES // 2), min_size=1, max_size=80))
def test_no_more_is_read_for_advice_than_that(sizes: list[int]) -> None:
    read: list[int] = []

    class Kept:
        def standing(self, records: dict[str, object]) -> dict[str, str]:
            return dict.fromkeys(records, "")

        def find_within(self, record: str, most: int) -> object:
            size = sizes[int(record[-12:])]
            if size > most:
                return envelope, None
            read.append(size)
            return envelope, b'{"@graph":[]}'.ljust(size)

    class envelope:
        name = "A record"

    links = [
        Link(ctid_number(999), "ceterms:hasPart", ctid_number(n), "/x") for n in range(len(sizes))
    ]
    advisor = LinkAdvisor(Kept(), load_settings())  # type: ignore[arg-type]
    found = list(advisor.advise(links))
    assert sum(read) <= MOST_OTHER_BYTES
    assert len(read) <= link_checks.MOST_OTHER_SIDES
    told = [p for p in found if p.detail["advice"] == "not-looked-at"]
    assert bool(told) == (len(read) < len(sizes))


# Deep queries

NESTED: dict[str, Callable[[int], str]] = {
    "groups": lambda n: "SELECT * {" + "{" * n + "}" * n + "}",
    "parentheses": lambda n: "ASK { FILTER(" + "(" * n + "1" + ")" * n + ") }",
    "negations": lambda n: "ASK { FILTER(" + "!(" * n + "true" + ")" * n + ") }",
    "signs": lambda n: "ASK { FILTER(" + "-(" * n + "1" + ")" * n + ") }",
    "exists": lambda n: "ASK { ?s ?p ?o " + "FILTER EXISTS { ?s ?p ?o " * n + "}" * n + "}",
    "optional": lambda n: "ASK { ?s ?p ?o " + "OPTIONAL { ?s ?p ?o " * n + "}" * n + "}",
    "selects": lambda n: "SELECT * {" + "{ SELECT * { " * n + "?s ?p ?o" + "}}" * n + "}",
    "if": lambda n: "ASK { FILTER(" + "IF(true," * n + "1" + ",2)" * n + ") }",
    "functions": lambda n: "ASK { ?s ?p ?o FILTER(" + "STR(" * n + "?s" + ")" * n + " = '') }",
    "paths": lambda n: "ASK { ?s " + "(" * n + "<urn:p>" + ")*" * n + " ?o }",
    "blank nodes": lambda n: "ASK { ?s ?p " + "[ <urn:p> " * n + "1" + "]" * n + " }",
    "lists": lambda n: "ASK { ?s ?p " + "(" * n + "1" + ")" * n + " }",
    "quoted": lambda n: "ASK { ?s ?p " + "<<( ?s ?p " * n + "1" + " )>>" * n + " }",
}
FLAT: dict[str, str] = {
    "values": "SELECT * { VALUES (?a ?b) {" + "(1 <urn:x>)" * 10_000 + "} } LIMIT 1",
    "unions": "ASK {" + " UNION ".join(["{ ?s <urn:p> 1 }"] * 2_000) + "}",
    "filters": "ASK { ?s ?p ?o " + "FILTER(?s != ?o) " * 2_000 + "}",
    "or": "ASK { ?s ?p ?o FILTER(" + " || ".join(["(?s = ?o)"] * 2_000) + ") }",
    "string": "ASK { ?s ?p '''" + "({[" * 5_000 + "''' }",
    "iri": "ASK { ?s ?p <urn:x:" + "(" * 5_000 + "> }",
    "comment": "ASK { ?s ?p ?o } #" + "({[" * 5_000,
    "names": "PREFIX e: <urn:e> ASK { VALUES ?s { " + "e:a\\(b " * 1_000 + "} }",
}


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QueryPool]:
    settings = load_settings(home=tmp_path_factory.mktemp("deep") / "home", query_timeout=PATIENCE)
    ledger = Ledger.initialise(settings)
    Registry(settings, ledger, ledger.add_organization("Test", ctid_number(0)), "").project()
    pool = QueryPool(settings)
    yield pool
    pool.close()


@pytest.mark.parametrize("kind", NESTED)
@pytest.mark.parametrize("levels", [DEEPEST + 1, 20_000])
def test_a_query_nested_too_deep_never_reaches_a_worker(
    pool: QueryPool, kind: str, levels: int
) -> None:
    with pytest.raises(QueryError, match=f"at most {DEEPEST}") as raised:
        pool.run(Query(NESTED[kind](levels)))
    assert raised.value.status == 400
    assert "flatter" in str(raised.value)


@pytest.mark.parametrize("kind", NESTED)
def test_a_query_nested_as_deep_as_it_may_be_ends_no_worker(pool: QueryPool, kind: str) -> None:
    # Brackets of the query itself, and those that come in pairs, count too.
    query = NESTED[kind](DEEPEST // 2 - 3)
    before = [worker for worker, _ in pool._crew._idle]
    said = "parse"
    try:
        assert b"".join(pool.run(Query(query)))
    except QueryError as error:
        said = error.message
    assert "parse" in said
    assert not before or [worker for worker, _ in pool._crew._idle] == before


@pytest.mark.parametrize("kind", FLAT)
def test_long_flat_queries_are_not_deep(pool: QueryPool, kind: str) -> None:
    assert depth(FLAT[kind]) <= 4
    assert b"".join(pool.run(Query(FLAT[kind])))


def test_brackets_written_with_escapes_count(pool: QueryPool) -> None:
    query = NESTED["parentheses"](300).replace("(", "\\u0028").replace(")", "\\U00000029")
    with pytest.raises(QueryError, match=r"30\d levels"):
        pool.run(Query(query))


def test_a_worker_that_overflows_its_stack_tells_of_the_query(
    pool: QueryPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If something deep slips through, it is still no reason to try it again."""
    monkeypatch.setattr("ctgraph.sparql.query.DEEPEST", 10**9)
    with pytest.raises(QueryError, match="nested too deeply"):
        pool.run(Query(NESTED["functions"](60_000)))
    assert b"".join(pool.run(Query("ASK {}")))


# Over HTTP

HEAVY = "SELECT (COUNT(*) AS ?n) { ?a ?p ?b . ?c ?q ?d . ?e ?r ?f FILTER(STR(?p) > STR(?q)) }"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a server whose records lead to others, in a web of many ways."""
    home = tmp_path_factory.mktemp("crowd")
    settings = load_settings(home=home)
    ledger = Ledger.initialise(settings)
    owner = ledger.add_organization("Test College", ctid_number(0))
    key = ledger.add_key(owner.ctid)
    (home / "key").write_text(key)
    environment = os.environ | {"CTGRAPH_HOME": str(home), "CTGRAPH_QUERY_TIMEOUT": "5"}
    server = serving(environment)
    with server:
        for number in range(1, 80):
            targets = [
                f"http://localhost:8000/resources/{ctid_number(n)}"
                for n in range(1, 80)
                if n != number
            ]
            leads = {
                "ceterms:isPreparationFor": [
                    {"@type": "ceterms:ConditionProfile", "ceterms:targetCredential": targets}
                ]
            }
            body = orjson.dumps(certificate(number, **leads))
            path = f"/resources/organizations/{owner.ctid}/documents"
            status, _, _ = ask(server.port, path, "127.0.0.9", body, key)
            assert status == 201
        until(lambda: b'"lag":0' in ask(server.port, "/readyz")[2])
        yield server.port


def ask(
    port: int, path: str, source: str = "127.0.0.1", body: bytes | None = None, key: str = ""
) -> tuple[int, dict[str, str], bytes]:
    """Ask from an address; return the status, the headers and the body."""
    client = http.client.HTTPConnection("127.0.0.1", port, PATIENCE, (source, 0))
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        client.request("POST" if body else "GET", path, body, headers)
        answer = client.getresponse()
        return answer.status, dict(answer.headers), answer.read()
    finally:
        client.close()


def crowd(port: int, addresses: list[str], path: str, stop: threading.Event) -> Counter[int]:
    """Ask from many addresses at once, again and again, until told to stop."""
    statuses: Counter[int] = Counter()

    def one(source: str) -> None:
        while not stop.is_set():
            status, headers, _ = ask(port, path, source)
            statuses[status] += 1
            assert status == 200 or int(headers["Retry-After"]) > 0
            if status != 200:
                stop.wait(0.2)

    with ThreadPoolExecutor(len(addresses)) as threads:
        list(threads.map(one, addresses))
    return statuses


WALK = f"/pathways/{ctid_number(1)}/succeeding?depth=10&limit=1000&kind=learning"
CROWDS = {
    "one client with heavy walks": (["127.0.0.2"] * 24, WALK),
    "twenty clients with heavy queries": (
        [f"127.0.1.{n}" for n in range(1, 21)],
        f"/sparql?query={quote(HEAVY)}",
    ),
    "twenty clients with heavy walks": ([f"127.0.2.{n}" for n in range(1, 21)], WALK),
}


@pytest.mark.parametrize("who", CROWDS)
def test_a_newcomer_is_answered_beside_a_crowd(address: int, who: str) -> None:
    stop = threading.Event()
    with ThreadPoolExecutor(1) as threads:
        crowded = threads.submit(crowd, address, *CROWDS[who], stop)
        try:
            time.sleep(2)
            for number in range(10):
                small = quote(f"SELECT ?n {{ <urn:{number}> ?p ?n }}")
                paths = [
                    "/healthz",
                    f"/resources/{ctid_number(number + 1)}",
                    f"/sparql?query={small}",
                    f"/pathways/{ctid_number(1)}/structure",
                    f"/pathways/{ctid_number(number + 1)}/versions",
                ]
                answers = [ask(address, path, "127.0.3.1") for path in paths]
                found = [answer[0] for answer in answers]
                assert found == [200, 200, 200, 404, 200], [one[2][-200:] for one in answers]
        finally:
            stop.set()
        assert crowded.result(PATIENCE).total() > 0
