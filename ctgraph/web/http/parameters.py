"""The parameters of a request, with a message for each that cannot be used."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from difflib import get_close_matches
from itertools import chain
from typing import Any, TypeVar

from flask import current_app, request

from ctgraph.errors import BadParameter, NotFound, QueryError
from ctgraph.identity import ctid
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.values import now
from ctgraph.projections.past_stores import moment_of
from ctgraph.web.http.negotiation import FORMAT_PARAMETERS
from ctgraph.web.http.registry import state

View = TypeVar("View", bound=Callable[..., Any])
MAX_NUMBER_DIGITS = 6
"""Digits of a number in a parameter. No bound of the registry is larger."""
MAX_SEQUENCE_DIGITS = 9
"""Digits of a sequence number in a parameter: PostgreSQL's INTEGER holds no number with more."""
ANY = "*"
"""Stands in :func:`reads` for parameters that only the view knows; it calls `require_known`."""
REPEATABLE = {
    "ctids",
    "default-graph-uri",
    "format",
    "held",
    "hide",
    "kind",
    "named-graph-uri",
    "output",
    "record",
    "results",
    "strength",
}
"""The parameters that may stand more than once with different values."""
AS_OF = ("as-of", "asOf")
"""The parameters that name a moment of the past."""
_TRUE, _FALSE = ("true", "1", "yes"), ("", "false", "0", "no")
_READ: dict[Callable[..., Any], tuple[str, ...]] = {}
_PASSED_OVER: dict[Callable[..., Any], tuple[str, ...]] = {}
_MANY: dict[Callable[..., Any], Collection[str]] = {}


def reads(
    *names: str, but_not: tuple[str, ...] = (), many: Collection[str] = ()
) -> Callable[[View], View]:
    """Declare the parameters that a view reads; a request with another one is refused.

    An answer to a question that was not asked is worse than none, so every view declares them.

    :param but_not: parameters that it passes over, as they do not change the question.
    :param many: parameters, beside REPEATABLE, that may stand here more than once.
    """

    def declare(view: View) -> View:
        _READ[view], _PASSED_OVER[view], _MANY[view] = names, but_not, many
        return view

    return declare


def read_by(view: Callable[..., Any]) -> tuple[str, ...] | None:
    """Return the parameters that a view has declared, or None where it has not."""
    return _READ.get(view)


def check() -> None:
    """Refuse a request whose view does not read one of its parameters; runs before each view.

    :raises BadParameter: when there is such a parameter.
    """
    view = current_app.view_functions.get(request.endpoint or "")
    names = read_by(view) if view else None
    if names is not None and ANY not in names and request.method != "OPTIONS":
        require_known(names, _PASSED_OVER[view] if view else (), _MANY[view] if view else ())


_TRACKING = re.compile("utm_[a-z_]+|(fb|g|msclk)(cl)?id|[gw]braid|mc_[ce]id|igshid|_gl|_hs(enc|mi)")
"""Parameters that newsletters and social networks add to the addresses that people share."""


def require_known(
    names: Collection[str], passed_over: Collection[str] = (), many: Collection[str] = ()
) -> None:
    """Refuse parameters other than some, and those that contradict themselves.

    :param passed_over: others that are let through. No message proposes them.
    :param many: parameters, beside REPEATABLE, that may stand more than once.
    :raises BadParameter: when there is such a parameter.
    """
    readable = {*names, *(FORMAT_PARAMETERS if "format" in names else ())}
    for name, values in request.args.lists():
        if name in passed_over or _TRACKING.fullmatch(name):
            continue
        if name not in readable:
            raise unknown("parameter", name, names)
        if len(set(values)) > 1 and name not in REPEATABLE and name not in many:
            raise BadParameter(f"The request has more than one {name}. Send one.")


def unknown(
    what: str, given: str, known: Iterable[str], others: Iterable[str] = ()
) -> BadParameter:
    """Return the error for a name that is none of those known.

    :param what: what it should have named, such as "parameter".
    :param others: names that may have been meant, too, but are too many to be listed.
    """
    names = sorted(known)
    near = get_close_matches(given, [*names, *others], 1)
    said = [f"There is no {what} {given[:80]!r} here."]
    if near:
        said.append(f"Did you mean {near[0]!r}?")
    said.append(f"Use one of {', '.join(names)}." if names else "This address reads none.")
    return BadParameter(" ".join(said), known=names)


def organizations(name: str) -> frozenset[Ctid]:
    """Return a parameter that holds the CTIDs of organizations.

    :raises BadParameter: when one of them is not here: nothing belongs to it.
    """
    given = frozenset(map(ctid.canonical, several(name)))
    for one in given:
        try:
            state().ledger.organizations.get(one)
        except NotFound as error:
            raise BadParameter(
                f"{error.message} Take the CTID of an owner from /records."
            ) from None
    return given


def several(name: str) -> list[str]:
    """Return the values of a parameter that may be repeated or hold several with commas."""
    values = chain.from_iterable(v.replace(",", " ").split() for v in request.values.getlist(name))
    return list(dict.fromkeys(values))


def flag(name: str) -> bool:
    """Return a parameter that is true or false; false without it.

    :raises BadParameter: when it is neither.
    """
    given = request.values.get(name, "").lower()
    if given not in _TRUE + _FALSE:
        raise BadParameter(f"Invalid {name}={given[:40]!r}. Use true or false.")
    return given in _TRUE


def number(name: str, usual: int) -> int:
    """Return a parameter that is a whole number from 0 up.

    :param usual: the number without the parameter.
    :raises BadParameter: when it is not such a number.
    """
    given = request.args.get(name, "") or str(usual)
    if not given.isascii() or not given.isdecimal() or len(given) > MAX_NUMBER_DIGITS:
        raise BadParameter(f"Invalid {name}={given[:40]!r}. Use a number such as {usual}.")
    return int(given)


def sequence(name: str) -> int:
    """Return a parameter that is a sequence number; 0 without it.

    :raises BadParameter: when it is not such a number.
    """
    given = request.args.get(name, "0")
    if not given.isascii() or not given.isdecimal() or len(given) > MAX_SEQUENCE_DIGITS:
        raise BadParameter(f"Invalid {name}={given[:40]!r}. Use a sequence number, such as 1000.")
    return int(given)


def moment() -> str | None:
    """Return the moment that ``as-of=`` or ``asOf=`` names, as the ledger writes times.

    A date means the end of that day in UTC.

    :raises BadParameter: when it is no date or time, or one in the future.
    """
    given = {request.args[name] for name in AS_OF if name in request.args}
    if len(given) > 1:
        raise BadParameter("The request has as-of and asOf with different values. Send one.")
    if not given:
        return None
    try:
        wanted = moment_of(given.pop())
    except QueryError as error:
        raise BadParameter(f"as-of: {error.message}") from None
    if wanted[:10] > now()[:10]:
        raise BadParameter(f"{wanted} is in the future. Leave as-of out to ask for today.")
    return wanted


def words(name: str) -> str:
    """Return a parameter that is a text; empty without it. No text has a null character."""
    return request.args.get(name, "").replace("\0", "")


def others_than(*names: str) -> list[tuple[str, str]]:
    """Return all parameters of the address except some."""
    return [(key, value) for key, value in request.args.items(multi=True) if key not in names]
