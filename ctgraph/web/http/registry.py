"""The registry behind the application, and the workers that answer its views."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any, TypeVar, cast

from flask import current_app, request

from ctgraph.errors import BadParameter, Overloaded, QueryLimit, TooManyPasts, ValidationLimit
from ctgraph.finder.found import Found
from ctgraph.finder.front import Front
from ctgraph.finder.question import Question
from ctgraph.finder.search import Search
from ctgraph.harvest.live import Live
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.values import now
from ctgraph.projections.past_stores import PastStores, moment_of
from ctgraph.projections.store_folder import store_folder_of
from ctgraph.projections.tallies import Measure
from ctgraph.projections.tally_table import tally_now
from ctgraph.rdf.namespaces import Curie
from ctgraph.settings import Settings
from ctgraph.sparql.pool import QueryPool
from ctgraph.sparql.query import Query
from ctgraph.sparql.results import Result
from ctgraph.vocab import vocabulary
from ctgraph.work.admission import Admission, admission_of, never
from ctgraph.work.calls import Calls, Runner, serve
from ctgraph.work.clients import Allowance, Costs, client_of
from ctgraph.work.crew import Crew
from ctgraph.work.process import WorkerProcess, preload

T = TypeVar("T")
PRELOADED = "ctgraph.web.http.preload"
MAX_PASTS = 5
"""Past states that this process prepares for one client within `PASTS_SECONDS`."""
PASTS_SECONDS = 600.0
"""The time in which a client may have `MAX_PASTS` past states prepared: all share one builder."""


class Work:
    """The processes of this web worker for long work, and the turns in which clients use them.

    Queries, pathways, validation and past states share one account of the use of each client.
    Publishing has turns and processes of its own, which the organizations share.
    """

    def __init__(self, settings: Settings) -> None:
        costs = Costs()
        admission = admission_of(settings, costs)
        self.pool = QueryPool(settings, admission)
        preload(PRELOADED)
        start = partial(WorkerProcess, serve, settings.query_memory)
        self.calls = Crew(start, admission)
        self.publishing = Crew(
            start,
            Admission(
                places=1,
                heavy=1,
                per_client=2,
                waiting=2 * settings.query_waiting,
                patience=settings.query_queue,
                memory=settings.query_memory,
            ),
        )
        self.builds = Admission(
            places=1,
            heavy=0,
            per_client=1,
            waiting=2,
            patience=settings.query_queue,
            memory=0,
            costs=costs,
        )
        self.allowance = Allowance(
            MAX_PASTS,
            PASTS_SECONDS,
            lambda: TooManyPasts(
                f"{MAX_PASTS} past states were prepared for you within "
                f"{PASTS_SECONDS / 60:g} minutes. "
                "Ask for one of them, or wait."
            ),
        )

    def close(self) -> None:
        """End the idle processes."""
        for one in (self.pool, self.calls, self.publishing):
            one.close()


@dataclass
class State:
    """One registry: its settings, its ledger, and its workers for questions that take long."""

    settings: Settings
    ledger: Ledger
    work: Work

    @cached_property
    def identity(self) -> Identity:
        """The registry's canonical IRIs."""
        return Identity.of(self.settings)

    @cached_property
    def finder(self) -> Search:
        """The search index. Ask it here only what is bounded to a few milliseconds."""
        return Search(self.settings)

    @cached_property
    def front(self) -> Front:
        """What the home page shows of the search index."""
        return Front(self.finder)

    @cached_property
    def live(self) -> Live:
        """The changes as those are told of them who stay connected."""
        return Live(self.ledger, self.identity)

    def search(self, question: Question) -> Found:
        """Return the answer to a search, in the turn of the client of the current request.

        :raises QueryLimit: when it takes too much time or memory, or no turn comes in time.
        """
        return self.ask(_search, question)

    def records_by_class(self) -> dict[Curie, int]:
        """Return how many current records there are of each class.

        The statistics have them; the ledger has to count, until something is projected.
        """
        counted = tally_now(self.settings, Measure.RECORDS)
        if counted is None:
            return self.ledger.records.counts()
        return {vocabulary().compact(iri): number for (_, iri), number in counted.items()}

    def past(self, moment: str) -> Path | None:
        """Return the store as of a moment for the client of the current request."""
        wanted = moment_of(moment)
        if wanted[:10] > now()[:10]:
            raise BadParameter(f"{moment[:40]} is in the future. Leave as-of out to ask for today.")
        found = PastStores(self.settings, self.ledger, store_folder_of(self.settings))
        client, gone = _client(), watch()
        return found.at(
            wanted,
            self.settings.query_timeout,
            gone,
            self.work.builds.turn(client, gone),
            partial(self.work.allowance.use, client),
        )

    def run(self, query: Query, snapshot: Path | None = None) -> Result:
        """Run a query for the client of the current request, for as long as it is connected."""
        return self.work.pool.run(query, _client(), watch(), snapshot)

    def whole(self, query: Query) -> bytes:
        """Run a query and return its whole result."""
        return b"".join(self.run(query))

    def ask(self, function: Callable[..., T], *given: Any) -> T:
        """Call a function with the settings, in the turn of the client of the current request.

        :raises QueryLimit: when it takes too much time or memory, or no turn comes in time.
        """
        try:
            return self._calls(self.work.calls, _client())(function, self.settings, *given)
        except Overloaded as error:
            raise QueryLimit(
                f"The question is too large. {error.message} Ask for less at once.",
                timeout=self.settings.query_timeout,
            ) from None

    def validate(self, function: Callable[..., T], *given: Any) -> T:
        """Call a function that validates a document, in the same way.

        :raises ValidationLimit: when it takes too much time or memory.
        :raises Busy: when no turn comes in time.
        """
        return _validating(self._calls(self.work.calls, _client()))(function, self.settings, *given)

    def validator_for(self, organization: Ctid) -> Runner:
        """Return a runner of functions that validate documents of an organization, in its turn."""
        return _validating(self._calls(self.work.publishing, organization))

    def _calls(self, crew: Crew, client: str) -> Calls:
        return Calls(crew, client, self.settings.query_timeout, watch())


def _search(settings: Settings, question: Question) -> Found:
    return Search(settings).ask(question)


def _validating(calls: Calls) -> Runner:
    def run(function: Callable[..., T], /, *arguments: Any) -> T:
        try:
            return calls(function, *arguments)
        except Overloaded as error:
            raise ValidationLimit(
                f"The document could not be checked. {error.message} Split it, "
                "or let an operator load it."
            ) from None

    return run


def _client() -> str:
    return client_of(request.remote_addr or "")


def state() -> State:
    """Return the registry behind the current request."""
    return cast(State, current_app.extensions["ctgraph"])


def watch(environ: dict[str, Any] | None = None) -> Callable[[], bool]:
    """Return a function that tells whether the client has left; never where nobody knows."""
    found: Callable[[], bool] = (environ or request.environ).get("ctgraph.gone", never)
    return found
