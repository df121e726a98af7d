"""Clients that wait for places, with a clock that a test turns."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from ctgraph.errors import (
    CtgraphError,
)
from ctgraph.work.admission import Admission
from ctgraph.work.clients import Costs
from ctgraph.work.turn import State, Turn

LOTS = 1 << 40
"""More memory than is ever used."""


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
            self.admission._review(self.clock.now)
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
                self.admission._review(self.clock.now)
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
