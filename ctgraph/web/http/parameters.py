"""The parameters of a request, with a message for each that cannot be used."""

from __future__ import annotations

from itertools import chain

from flask import request

from ctgraph.errors import BadParameter

MAX_NUMBER_DIGITS = 6
"""Digits of a number in a parameter. No bound of the registry is larger."""
_TRUE, _FALSE = ("true", "1", "yes"), ("", "false", "0", "no")


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


def words(name: str) -> str:
    """Return a parameter that is a text; empty without it. No text has a null character."""
    return request.args.get(name, "").replace("\0", "")


def others_than(name: str) -> list[tuple[str, str]]:
    """Return all parameters of the address except one."""
    return [(key, value) for key, value in request.args.items(multi=True) if key != name]
