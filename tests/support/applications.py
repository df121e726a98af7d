"""What lets a test make an application of its own at little cost.

Every test has its own registry and application, and the suite makes thousands of them. Most of the
time that takes goes into compiling the same templates and rules again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from werkzeug.routing import Rule

from ctgraph.accounts import passwords


def share_what_is_compiled() -> None:
    """Let all applications of this process share compiled templates and rules."""
    Flask.jinja_options = {"bytecode_cache": FileSystemBytecodeCache()}
    Rule.compile = _once(Rule.compile)  # type: ignore


def hash_passwords_fast() -> None:
    """Let the hash of a password cost next to nothing: hundreds of tests sign people up and in."""
    passwords._HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def _once(compile: Callable[[Rule], None]) -> Callable[[Rule], None]:
    compiled: dict[Any, Rule] = {}

    def take_over(rule: Rule) -> None:
        assert rule.map
        known_by = (tuple(rule.map.converters.items()), rule.host, rule.subdomain)
        key = (rule.rule, repr(rule.defaults), rule.merge_slashes, rule.map.host_matching, known_by)
        if key not in compiled:
            compile(rule)
            compiled[key] = rule
            return
        first = compiled[key]
        rule._parts, rule._trace, rule._converters = first._parts, first._trace, first._converters
        rule.arguments |= first.arguments
        rule._build = _builder(first._build).__get__(rule)
        rule._build_unknown = _builder(first._build_unknown).__get__(rule)

    return take_over


def _builder(of_first: Any) -> Any:
    return of_first.__func__
