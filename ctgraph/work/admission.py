"""Who may work next: turns that are fair between clients by what each has used lately.

Every job begins in the express lane. One that runs longer than a slice leaves it for the heavy
lane, which has places of its own; when these are taken, its process is paused until its turn
comes. So a short job never waits for a long one, and long ones share what they have.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Protocol

from ctgraph.errors import Busy, ClientGone, CtgraphError, TooManyQueries
from ctgraph.settings import Settings
from ctgraph.work.clients import Clock, Costs

LOOK = 0.1
"""How often somebody who waits looks whether its turn, its end or its client's has come."""
SLICE = 0.4
"""How long a job may stay in the express lane, or in the heavy one while others wait for it."""
CUT_SHORT = 0.2
"""How long it may stay in the express lane while a client waits that has used less."""
HELD = 0.1
"""What a second with a place counts at least, in seconds of work: who does not read pays too."""
OFTEN = 0.04
MOST_PAUSES = 6
"""How long a job may be paused in all: as often as it may be paused at a stretch."""


def never() -> bool:
    """Say that nobody goes away: the caller waits to the end."""
    return False


class Process(Protocol):
    """What does the work of a turn."""

    def pause(self) -> None:
        """Stop using the processor, until :meth:`resume`."""

    def resume(self) -> None:
        """Go on, behind short work."""

    def stop(self) -> None:
        """End at once."""

    def worked(self) -> float:
        """Return how much of the processor's time it has had so far, in seconds."""

    def memory(self) -> int:
        """Return how much memory it has to itself, in bytes."""


class State(Enum):
    """Where a turn is."""

    WAITING, EXPRESS, PAUSED, HEAVY, ENDED = range(5)


BEGUN = (State.EXPRESS, State.PAUSED, State.HEAVY)
RUNNING = (State.EXPRESS, State.HEAVY)


class Turn:
    """The place of one job, or its claim to one; :class:`Admission` makes and changes it."""

    def __init__(self, client: str, now: float) -> None:
        self.client = client
        self.state = State.WAITING
        self.since = self.charged = now
        self.ran = 0.0
        """How long its process has run, in seconds, without the time when it was paused."""
        self.paused = 0.0
        self.worked = 0.0
        """How long it has worked; on a busy machine that is less than it has run."""
        self.process: Process | None = None
        self.measured = 0.0
        self.memory = 0
        self.failure: CtgraphError | None = None
        self.came = threading.Lock()  # it wakes whoever waits sooner than an event does
        self.came.acquire()


class Admission:
    """Gives turns to clients. Safe to use from many threads, which drive it while they wait.

    :param places: how many jobs may run in the express lane; `heavy` in the other one.
    :param per_client: how many jobs of one client may have begun.
    :param waiting: how many jobs of one client may wait; twice as many of all clients.
    :param patience: how long a job waits, or is paused, at a stretch, in seconds.
    :param memory: how much paused jobs may hold together, in bytes.
    """

    def __init__(
        self,
        places: int,
        heavy: int,
        per_client: int,
        waiting: int,
        patience: float,
        memory: int,
        costs: Costs | None = None,
        clock: Clock = time.monotonic,
    ) -> None:
        self.places = places + heavy
        self._places = {State.EXPRESS: places, State.HEAVY: heavy}
        self._per_client = per_client
        self._most_waiting = waiting
        self._patience = patience
        self._memory = memory
        self._costs = costs or Costs()
        self._clock = clock
        self._lock = threading.Lock()
        self._looked = float("-inf")
        self._turns: list[Turn] = []  # in the order in which they came

    def take(self, client: str, gone: Callable[[], bool]) -> Turn:
        """Wait for a place in the express lane; :meth:`end` the turn in any case.

        :param gone: tells whether the client has given up.
        :raises TooManyQueries: when too many jobs of this client wait already.
        :raises Busy: when too many jobs of all clients wait, or no place becomes free.
        :raises ClientGone: when the client has given up.
        """
        with self._lock:
            now = self._clock()
            self._make_room(client, now)
            turn = Turn(client, now)
            self._turns.append(turn)
            self._hand_out(now)
            if turn.state is State.EXPRESS:
                return turn
            self._look(now)
        try:
            while not turn.came.acquire(timeout=LOOK):
                self.look(turn, gone)
            if turn.failure:
                raise turn.failure
        except BaseException:
            self.end(turn)
            raise
        return turn

    def begin(self, turn: Turn, process: Process) -> None:
        """Let a process do the work of a turn: its time counts from now."""
        with self._lock:
            self._charge(turn, self._clock())
            turn.process, turn.measured = process, process.worked()

    def look(self, turn: Turn, gone: Callable[[], bool]) -> None:
        """Look after all turns, and after one that somebody waits for.

        :raises CtgraphError: when the turn has been taken away.
        :raises ClientGone: when the client has given up.
        """
        if self._clock() - self._looked >= OFTEN:
            with self._lock:
                self._look(self._clock())
        if turn.failure:
            raise turn.failure
        if gone():
            raise ClientGone("The client went away before it had its answer.")

    def end(self, turn: Turn, put_back: Callable[[], object] = bool) -> None:
        """Give a place back; again does nothing.

        :param put_back: is called first, when the process is not paused, nor will be.
        """
        with self._lock:
            now = self._clock()
            if turn.state is State.PAUSED and turn.process:
                turn.process.resume()
            self._leave(turn, now)
            put_back()
            self._hand_out(now)

    @contextmanager
    def turn(self, client: str, gone: Callable[[], bool]) -> Iterator[None]:
        """Hold a place for a block; see :meth:`take`."""
        turn = self.take(client, gone)
        try:
            yield
        finally:
            self.end(turn)

    # Below, the lock is held.

    def _look(self, now: float) -> None:
        """Do what time brings: charge, end what waited too long, and change places."""
        self._looked = now
        for turn in list(self._turns):
            self._charge(turn, now)
            if turn.state in RUNNING:
                continue
            if now - turn.since >= self._patience:
                self._refuse(turn, f"All workers were busy for {self._patience:g} seconds.", now)
            elif turn.paused >= MOST_PAUSES * self._patience:
                self._refuse(turn, f"It was paused for {turn.paused:.0f} seconds in all.", now)
        waiting = self._next(State.WAITING, now)
        for turn in self._in(State.EXPRESS):
            fairer = waiting and self._used(waiting, now) < self._used(turn, now)
            if turn.process and turn.worked >= (CUT_SHORT if fairer else SLICE):
                self._pause(turn, now)
        for turn in self._in(State.HEAVY):
            paused = self._next(State.PAUSED, now)
            if (
                paused
                and now - turn.since >= SLICE
                and (self._claim(paused, now) < self._claim(turn, now))
            ):
                self._pause(turn, now)
        self._hand_out(now)
        while sum(turn.memory for turn in self._in(State.PAUSED)) > self._memory:
            most = max(self._in(State.PAUSED), key=lambda turn: self._used(turn, now))
            self._refuse(most, "Too much long work is waiting.", now)

    def _make_room(self, client: str, now: float) -> None:
        """Make room for one more to wait: who has used most gives way to who has used less."""
        waiting = self._in(State.WAITING)
        if sum(turn.client == client for turn in waiting) >= self._most_waiting:
            raise TooManyQueries(
                f"{self._most_waiting} of your questions are waiting already; send the next one "
                "when the first is answered."
            )
        waiting += self._in(State.PAUSED)
        if len(waiting) < 2 * self._most_waiting:
            return
        most = max(waiting, key=lambda turn: self._used(turn, now))
        if self._used(most, now) <= self._used(Turn(client, now), now) + SLICE:
            raise Busy("Too many questions are waiting; try again in a moment.")
        self._refuse(most, "Too many questions of others are waiting.", now)

    def _hand_out(self, now: float) -> None:
        """Give the free places to those whose turn it is."""
        for lane, queue in ((State.EXPRESS, State.WAITING), (State.HEAVY, State.PAUSED)):
            while len(self._in(lane)) < self._places[lane] and (turn := self._next(queue, now)):
                self._enter(turn, lane, now)
                if lane is State.EXPRESS:
                    turn.came.release()
                elif turn.process:
                    turn.process.resume()

    def _next(self, queue: State, now: float) -> Turn | None:
        """Return whose turn it is of those that wait in a queue."""
        found = self._in(queue)
        if queue is State.PAUSED:
            return min(found, key=lambda turn: self._claim(turn, now), default=None)
        begun = [turn.client for turn in self._turns if turn.state in BEGUN]
        found = [turn for turn in found if begun.count(turn.client) < self._per_client]
        return min(found, key=lambda turn: self._used(turn, now), default=None)

    def _used(self, turn: Turn, now: float) -> float:
        """Return what the client of a turn has used, and will use at least, in seconds."""
        own = sum(other.client == turn.client for other in self._turns)
        return self._costs.of(turn.client, now) + SLICE * own

    def _claim(self, turn: Turn, now: float) -> float:
        """Return by what those in the heavy lane are ordered: who waits gains, so nobody starves.

        That is the highest response ratio next, of clients.
        """
        waited = now - turn.since if turn.state is State.PAUSED else 0.0
        return self._used(turn, now) / (1 + waited)

    def _in(self, state: State) -> list[Turn]:
        return [turn for turn in self._turns if turn.state is state]

    def _pause(self, turn: Turn, now: float) -> None:
        if turn.process:
            turn.process.pause()
            turn.memory = turn.process.memory()
        self._enter(turn, State.PAUSED, now)

    def _enter(self, turn: Turn, state: State, now: float) -> None:
        self._charge(turn, now)
        turn.state, turn.since = state, now

    def _charge(self, turn: Turn, now: float) -> None:
        if turn.state in RUNNING:
            passed, worked = now - turn.charged, 0.0
            if turn.process:
                measured = turn.process.worked()
                worked, turn.measured = max(0.0, measured - turn.measured), measured
                turn.ran += passed
            worked = max(worked, HELD * passed)
            turn.worked += worked
            self._costs.add(turn.client, worked, now)
        elif turn.state is State.PAUSED:
            turn.paused += now - turn.charged
        turn.charged = now

    def _refuse(self, turn: Turn, message: str, now: float) -> None:
        turn.failure = Busy(f"{message} Try again in a moment.")
        if turn.process:
            turn.process.stop()
        waiting = turn.state is State.WAITING
        self._leave(turn, now)
        if waiting:
            turn.came.release()

    def _leave(self, turn: Turn, now: float) -> None:
        if turn.state is not State.ENDED:
            self._enter(turn, State.ENDED, now)
            self._turns.remove(turn)


def admission_of(settings: Settings, costs: Costs | None = None) -> Admission:
    """Return the admission that the settings describe: of their workers, half may work long."""
    heavy = max(1, settings.query_workers // 2)
    return Admission(
        max(1, settings.query_workers - heavy),
        heavy,
        settings.query_per_client,
        settings.query_waiting,
        settings.query_queue,
        settings.query_memory,
        costs,
    )
