"""Turns for long jobs, fair between clients by the time that each has used lately.

Every job begins in the express lane. A job that works longer than a slice moves to the heavy lane,
which has places of its own. While these are taken, its process is paused. So a short job never
waits for a long one, and long jobs share the places of their lane.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ctgraph.errors import Busy, ClientGone, TooManyQueries
from ctgraph.settings import Settings
from ctgraph.work.clients import Clock, Costs
from ctgraph.work.turn import BEGUN, RUNNING, Process, State, Turn

LOOK_SECONDS = 0.1
"""How often a waiting caller checks whether its turn or deadline has come, or its client has
gone."""
REVIEW_SECONDS = 0.04
"""How often at most all turns are reviewed, however many callers wait: a review takes the lock."""
SLICE_SECONDS = 0.4
"""How much a job may work in the express lane, or in the heavy lane while others wait for that.

Most questions take less, so they never leave the express lane.
"""
CUT_SHORT_SECONDS = 0.05
"""How much a job may work in the express lane while another one waits for it: twenty long jobs that
come at once then hold up a short one for about a second."""
MIN_CHARGE = 0.1
"""The least charge for a second in a place, in seconds of work: a job whose answer nobody reads
holds its place, too."""
MAX_PAUSES = 6
"""How long a job may be paused in all, in multiples of the longest pause at a stretch."""


def never() -> bool:
    """Return False: the client never goes away, and the caller waits to the end."""
    return False


class Admission:
    """Gives turns to clients. Safe to use from many threads: those that wait run the reviews.

    :param places: how many jobs may run in the express lane.
    :param heavy: how many jobs may run in the heavy lane.
    :param per_client: how many jobs of one client may have begun.
    :param waiting: how many jobs of one client may wait. All clients together have twice as many.
    :param patience: how long a job may wait, or be paused, at a stretch, in seconds.
    :param memory: how much memory all paused jobs may hold together, in bytes.
    :param costs: the use of each client, where several admissions share the account.
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
        self._reviewed = float("-inf")
        self._turns: list[Turn] = []  # in the order in which they came

    def take(self, client: str, gone: Callable[[], bool]) -> Turn:
        """Wait for a place in the express lane; :meth:`end` the turn in any case.

        :param gone: tells whether the client has given up.
        :raises TooManyQueries: when too many jobs of this client are waiting.
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
            self._review(now)
        try:
            while not turn.came.acquire(timeout=LOOK_SECONDS):
                self.look(turn, gone)
            if turn.failure:
                raise turn.failure
        except BaseException:
            self.end(turn)
            raise
        return turn

    def begin(self, turn: Turn, process: Process) -> None:
        """Give a process the work of a turn; its time counts from now."""
        with self._lock:
            self._charge(turn, self._clock())
            turn.process, turn.measured = process, process.worked()

    def look(self, turn: Turn, gone: Callable[[], bool]) -> None:
        """Review all turns, and check the one that the caller waits for.

        :raises CtgraphError: when the turn has been taken away.
        :raises ClientGone: when the client has given up.
        """
        if self._clock() - self._reviewed >= REVIEW_SECONDS:
            with self._lock:
                self._review(self._clock())
        if turn.failure:
            raise turn.failure
        if gone():
            raise ClientGone("The client went away before it had its answer.")

    def end(self, turn: Turn, put_back: Callable[[], object] | None = None) -> None:
        """Give a place back. A second call does nothing.

        :param put_back: called before the place is free, while the process is not paused.
        """
        with self._lock:
            now = self._clock()
            if turn.state is State.PAUSED and turn.process:
                turn.process.resume()
            self._leave(turn, now)
            if put_back:
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

    # The caller of the following methods holds the lock.

    def _review(self, now: float) -> None:
        """Charge all turns, end those that waited too long, and let them change places."""
        self._reviewed = now
        for turn in list(self._turns):
            self._charge(turn, now)
            if turn.state in RUNNING:
                continue
            if now - turn.since >= self._patience:
                self._refuse(turn, f"All workers were busy for {self._patience:g} seconds.", now)
            elif turn.paused >= MAX_PAUSES * self._patience:
                self._refuse(turn, f"It was paused for {turn.paused:.0f} seconds in all.", now)
        waiting = self._next(State.WAITING, now)
        for turn in self._in(State.EXPRESS):
            if turn.process and turn.worked >= (CUT_SHORT_SECONDS if waiting else SLICE_SECONDS):
                self._pause(turn, now)
        for turn in self._in(State.HEAVY):
            paused = self._next(State.PAUSED, now)
            if (
                paused
                and now - turn.since >= SLICE_SECONDS
                and (self._claim(paused, now) < self._claim(turn, now))
            ):
                self._pause(turn, now)
        self._hand_out(now)
        while sum(turn.memory for turn in self._in(State.PAUSED)) > self._memory:
            most = max(self._in(State.PAUSED), key=lambda turn: self._used(turn, now))
            self._refuse(most, "Too much long work is waiting.", now)

    def _make_room(self, client: str, now: float) -> None:
        """Make room for one more waiting job: the client that has used the most time loses one.

        :raises TooManyQueries: when too many jobs of this client are waiting.
        :raises Busy: when this client has used about as much as any other that waits.
        """
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
        if self._used(most, now) <= self._used(Turn(client, now), now) + SLICE_SECONDS:
            raise Busy("Too many questions are waiting; try again in a moment.")
        self._refuse(most, "Too many questions of others are waiting.", now)

    def _hand_out(self, now: float) -> None:
        """Give the free places to the jobs whose turn it is."""
        for lane, queue in ((State.EXPRESS, State.WAITING), (State.HEAVY, State.PAUSED)):
            while len(self._in(lane)) < self._places[lane] and (turn := self._next(queue, now)):
                self._enter(turn, lane, now)
                if lane is State.EXPRESS:
                    turn.came.release()
                elif turn.process:
                    turn.process.resume()

    def _next(self, queue: State, now: float) -> Turn | None:
        """Return the turn that leaves a queue next."""
        found = self._in(queue)
        if queue is State.PAUSED:
            return min(found, key=lambda turn: self._claim(turn, now), default=None)
        begun = [turn.client for turn in self._turns if turn.state in BEGUN]
        found = [turn for turn in found if begun.count(turn.client) < self._per_client]
        return min(found, key=lambda turn: self._used(turn, now), default=None)

    def _used(self, turn: Turn, now: float) -> float:
        """Return the seconds that the client of a turn has used, and will use at least."""
        own = sum(other.client == turn.client for other in self._turns)
        return self._costs.of(turn.client, now) + SLICE_SECONDS * own

    def _claim(self, turn: Turn, now: float) -> float:
        """Return the key that orders the heavy lane. It falls while a job waits, so none starves.

        This is scheduling by the highest response ratio, applied to clients.
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
            worked = max(worked, MIN_CHARGE * passed)
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
    """Return the admission that the settings describe: half of the places are for long jobs."""
    heavy = max(1, settings.query_workers // 2)
    return Admission(
        places=max(1, settings.query_workers - heavy),
        heavy=heavy,
        per_client=settings.query_per_client,
        waiting=settings.query_waiting,
        patience=settings.query_queue,
        memory=settings.query_memory,
        costs=costs,
    )
