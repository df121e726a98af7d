"""The base class of all errors of ctgraph."""

from __future__ import annotations

from typing import Any, ClassVar

from ctgraph.problem import Problem


class CtgraphError(Exception):
    """An error caused by a request or a document.

    :param message: one sentence that says what is wrong.
    :param problems: every single problem found, when there are several or they have places.
    :param extra: further members of the problem document (RFC 9457, section 3.2).
    """

    status: ClassVar[int] = 400
    title: ClassVar[str] = "Bad request"
    term: ClassVar[str] = "problem-bad-request"
    """The term in ``vocab/terms.ttl`` that is the problem type. It never changes; a title may."""
    public: ClassVar[str] = ""
    """The text that strangers get in place of a message that may name hosts and paths."""
    retry_after: ClassVar[int] = 0
    """Seconds after which another attempt may succeed; 0 if none will."""

    def __init__(
        self, message: str, problems: list[Problem] | None = None, /, **extra: Any
    ) -> None:
        super().__init__(message)
        self.message = message
        self.problems = problems or [Problem(message)]
        self.extra = extra
