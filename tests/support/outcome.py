"""What a call comes to, where it may return or raise."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")
Error = TypeVar("Error", bound=BaseException)


def outcome(call: Callable[[], Value], error: type[Error]) -> Value | Error:
    """Return what a call returns, or the error of a kind that it raises."""
    try:
        return call()
    except error as raised:
        return raised
