"""The pool of worker processes that run SPARQL queries over snapshots."""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from ctgraph.errors import CtgraphError, NotAcceptable, QueryError, QueryLimit, StoreError
from ctgraph.identity import Identity
from ctgraph.projections.snapshot_names import is_whole
from ctgraph.projections.store_folder import lease, store_folder_of
from ctgraph.settings import Settings
from ctgraph.sparql.cache import AnswerCache
from ctgraph.sparql.mistakes import cause
from ctgraph.sparql.query import (
    Query,
    query_form,
    require_allowed,
    undeclared_prefix,
    usual_prefixes,
)
from ctgraph.sparql.results import Complete, Result, Streamed
from ctgraph.sparql.worker import COMPLETE, ERROR, HEADER, Failure, Request, serve
from ctgraph.work.admission import Admission, admission_of, never
from ctgraph.work.crew import Crew, Job
from ctgraph.work.process import WorkerProcess

BYTE_ORDER_MARK = "\ufeff"
"""The character with which some editors begin a file; it is no part of a query."""
ADVICE = "Make it more selective, or add a LIMIT."
MAX_MESSAGE_CHARACTERS = 200
"""The longest message of the parser: it lists every token that it expected, which helps nobody."""
_PLACE = re.compile(r"error at (\d+):(\d+)")


class QueryPool:
    """Worker processes that run queries over the newest snapshot.

    A query that passes its deadline or takes too much memory loses its process. Other queries do
    not notice. Safe to use from many threads.
    """

    def __init__(self, settings: Settings, admission: Admission | None = None) -> None:
        self._settings = settings
        self.store_folder = store_folder_of(settings)
        start = partial(WorkerProcess, serve, settings.query_memory)
        self._crew = Crew(start, admission or admission_of(settings))
        self.cache = AnswerCache(settings.query_cache)
        self._base = Identity.of(settings).base + "/"
        self.prefixes = usual_prefixes()
        self._names = tuple(self.prefixes)

    def timeout(self, query: Query) -> float:
        """Return the deadline of a query, in seconds."""
        return min(query.timeout or self._settings.query_timeout, self._settings.query_timeout)

    def run(
        self,
        query: Query,
        client: str = "",
        gone: Callable[[], bool] = never,
        snapshot: Path | None = None,
    ) -> Result:
        """Run a query; the result's bytes arrive as they are read from it.

        :param client: the client that asks, for its turns.
        :param gone: tells whether the client has given up; called while the query waits.
        :param snapshot: the store to query; without it, the newest snapshot.
        :raises QueryForbidden: for an update or a SERVICE call.
        :raises QueryError: when the query does not parse.
        :raises NotAcceptable: when the format cannot carry the result.
        :raises TooManyQueries: when the client has too many queries waiting.
        :raises QueryLimit: at the deadline, over the memory, or when no turn comes in time.
        :raises ClientGone: when the client gave up.
        :raises StoreError: when there is no snapshot yet.
        """
        folder = snapshot or self.store_folder.newest()
        if folder is None:
            raise self.store_folder.unavailable()
        key = str(folder), query
        is_kept = not query.is_volatile
        cached = self.cache.get(key, Complete) if is_kept else None
        if cached:
            return cached
        require_allowed(query.text)
        with lease(folder) as is_there:
            if not is_there and is_whole(folder):  # it was replaced since the caller looked
                return self.run(query, client, gone)
            result = self._ask(query, client, gone, folder)
        if is_kept and isinstance(result, Complete):
            self.cache.put(key, result, query.text)
        return result

    def _ask(self, query: Query, client: str, gone: Callable[[], bool], folder: Path) -> Result:
        """Let a worker run a query."""
        request = orjson.dumps(self._request(query, folder))
        job = self._crew.begin(request, client, self.timeout(query), gone)
        try:
            return self._result(job, query)
        except (QueryError, NotAcceptable):
            job.end(reusable=True)
            raise
        except StoreError as error:
            self.store_folder.report(folder, error.message)
            job.end()
            raise
        except BaseException:
            job.end()
            raise

    def close(self) -> None:
        """End the idle workers."""
        self._crew.close()

    def _request(self, query: Query, folder: Path) -> Request:
        return Request(
            query=query.text.removeprefix(BYTE_ORDER_MARK),
            base=self._base,
            prefixes=self._prefixes_for(query.text),
            snapshot=str(folder),
            default_graphs=query.default_graphs,
            named_graphs=query.named_graphs,
            rows=self._settings.query_rows,
            result_type=query.result_type,
            graph_type=query.graph_type,
            resources=Identity.of(self._settings).resources,
        )

    def _result(self, job: Job, query: Query) -> Result:
        try:
            kind, payload = job.frame()
        except TimeoutError:
            timeout = self.timeout(query)
            raise QueryLimit(
                f"The query did not finish within {timeout:g} seconds. {ADVICE}",
                timeout=timeout,
            ) from None
        if kind == COMPLETE:
            job.end(reusable=True)  # before the client reads
            return Complete.read(payload)
        if kind == HEADER:
            # A client that reads slowly has as long again to fetch the complete result.
            job.seconds += self._settings.query_timeout
            return Streamed(orjson.loads(payload)["type"], job, job.seconds)
        if kind == ERROR:
            error = orjson.loads(payload)
            raise self._error(Failure(error["kind"]), error["message"], query.text, error["extra"])
        if job.crashed():
            raise QueryError(
                "The query is nested too deeply, or uses a construct that the engine cannot "
                "evaluate. Make it flatter, or ask in several queries."
            )
        raise QueryLimit(
            f"The query ended its worker, most likely by needing more than {self._memory}. {ADVICE}"
        )

    def _prefixes_for(self, text: str) -> dict[str, str]:
        """Return the prefixes that a query may need; parsing all of them takes time."""
        if query_form(text) not in ("SELECT", "ASK") or "\\u" in text.lower():
            return self.prefixes  # graphs are written with them, and an escape may hide one
        if not any(before.endswith(self._names) for before in text.split(":")):
            return {}  # as in many a small query; looking for each of them takes longer
        return {prefix: iri for prefix, iri in self.prefixes.items() if f"{prefix}:" in text}

    def _error(self, kind: Failure, message: str, text: str, extra: dict[str, Any]) -> CtgraphError:
        """Return the error for a failure that a worker reports."""
        match kind:
            case Failure.QUERY:
                return self._undeclared(text) or QueryError(
                    _plain(message, text), **_place(message)
                )
            case Failure.EVALUATION:
                return QueryError(f"The query cannot be evaluated: {message}.")
            case Failure.FORMAT:
                return NotAcceptable(message, **extra)
            case Failure.MEMORY:
                return QueryLimit(f"The query needed more than {self._memory}. {ADVICE}")
            case Failure.STORE:
                return StoreError(f"The query could not read the store: {message}")

    def _undeclared(self, text: str) -> QueryError | None:
        """Return the error for a prefix that is not declared, if that is why a query fails.

        The parser names no prefix, and often another place, since it tries other readings.
        """
        found = undeclared_prefix(text.removeprefix(BYTE_ORDER_MARK), self.prefixes)
        if found is None:
            return None
        prefix, line, column = found
        near = get_close_matches(prefix, self.prefixes, 1)
        remedy = f"Did you mean {near[0]}:? " if near else ""
        return QueryError(
            f"The query does not parse: at line {line}:{column}: the prefix {prefix[:80]}: is not "
            f"declared. {remedy}Add 'PREFIX {prefix[:80]}: <…>' at the top of the query.",
            line=line,
            column=column,
        )

    @property
    def _memory(self) -> str:
        return f"{self._settings.query_memory:,} bytes of memory"


def _place(message: str) -> dict[str, int]:
    """Return the line and the column that a parser's message names, counted from 1."""
    found = _PLACE.match(message)
    return {"line": int(found[1]), "column": int(found[2])} if found else {}


def _plain(message: str, text: str) -> str:
    """Return a parser's message with the cause, or without the list of all that it expected."""
    place, colon, rest = message.partition(": ")
    found = cause(text.removeprefix(BYTE_ORDER_MARK), message) if _PLACE.match(message) else ""
    if found:
        rest = found
    elif colon and rest.startswith("expected one of") and len(rest) > MAX_MESSAGE_CHARACTERS:
        rest = "something else was expected here"
    return f"The query does not parse: {place.replace('error at', 'at line')}{colon}{rest}"
