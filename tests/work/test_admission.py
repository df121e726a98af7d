"""Turns: whoever asks for much waits behind itself, and nobody else notices."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctgraph.errors import (
    Busy,
    CtgraphError,
    TooManyQueries,
)
from ctgraph.work.admission import (
    CUT_SHORT_SECONDS,
    MAX_PAUSES,
    SLICE_SECONDS,
    Admission,
    never,
)
from ctgraph.work.clients import Costs, client_of
from ctgraph.work.turn import State
from tests.support.hall import LOTS, Hall

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


def test_a_newcomer_waits_a_moment_for_each_stranger_who_came_at_the_same_time() -> None:
    hall = Hall(places=1)
    for number in range(20):
        hall.join(f"stranger {number}")
    newcomer = hall.join("newcomer")
    assert newcomer
    hall.after(20 * 3 * CUT_SHORT_SECONDS)
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


def test_a_client_has_only_so_many_questions_waiting() -> None:
    hall = Hall(places=1, waiting=3)
    assert all(hall.join("a") for _ in range(1 + 3))
    assert hall.join("a") is None
    assert [type(error) for error in hall.refused] == [TooManyQueries]
    assert hall.join("b")


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
        newcomer = hall.join(f"new {number}")
        assert newcomer
        assert newcomer.state is State.EXPRESS


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
