"""The routes of the application, each with an address that it answers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flask import Flask

from tests.support.registry import ctid_number

VALUES = {
    "record": ctid_number(1),
    "organization": ctid_number(0),
    "number": "1",
    "kind": "resources",
    "question": "preceding",
    "filename": "site.css",
    "digest": "0" * 64,
    "other": ctid_number(5),
    "member": "00000000-0000-4000-8000-000000000000",
    "invitation": "0" * 64,
    "key": "0" * 8,
    "edition": "v1p1",
    "collection": "CFSubjects",
    "identifier": ctid_number(1).removeprefix("ce-"),
    "id": "0" * 22,
    "sequence": "1",
    "uri": f"resources/{ctid_number(1)}",
    "first": "1",
    "provider": "college",
    "framework": "soc",
}
"""What stands for each argument of a route."""
_NAMES = {
    "/dumps/latest/<name>": "current.nq.gz",
    "/dumps/<int:sequence>/<name>": "current.nq.gz",
    "/ims/case/<any(v1p0, v1p1):edition>/discovery/<name>": "imscasev1p1_openapi3_v1p0.json",
    "/queries/<name>": "what-precedes",
    "/resourcesync/dumps/<name>.zip": "all",
    "/resourcesync/resourcelists/<name>.xml": "all",
    "/shapes/<name>": "credentials",
    "/terms/<name>": "owner",
    "/vocab/<path:name>": "ceterms:Course",
}


def addresses(app: Flask) -> Iterator[tuple[str, str]]:
    """Yield each route, and its address for the first certificate of the test organization."""
    for rule in app.url_map.iter_rules():
        values = VALUES | {"name": _NAMES.get(rule.rule, "ctdl")}
        parts = re.split(r"<(?:[^:<>]*(?:\([^)]*\))?:)?(\w+)>", rule.rule)
        yield (
            rule.rule,
            "".join(values[part] if number % 2 else part for number, part in enumerate(parts)),
        )
