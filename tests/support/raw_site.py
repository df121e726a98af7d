"""The application, asked with raw bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from flask import Flask
from werkzeug.datastructures import Headers
from werkzeug.routing import Rule
from werkzeug.test import EnvironBuilder, run_wsgi_app

from tests.support.registry import Registry, certificate, ctid_number

RECORD = ctid_number(1)


class Site:
    """The application over a registry with two records, asked with raw bytes."""

    def __init__(self, registry: Registry, app: Flask) -> None:
        self.registry = registry
        self.app = app
        self.rules = list(app.url_map.iter_rules())

    def ask(
        self, method: str, path: bytes, query: bytes = b"", body: bytes = b"", /, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        builder = EnvironBuilder(method=method, data=body, headers=Headers(named))
        environ = builder.get_environ()
        builder.close()
        environ |= {"PATH_INFO": path.decode("latin-1"), "QUERY_STRING": query.decode("latin-1")}
        parts, status, said = run_wsgi_app(self.app, environ)
        answered = int(status.split()[0]), dict(said), b"".join(parts)
        self.holds(*answered)
        return answered

    def holds(self, status: int, headers: dict[str, str], body: bytes) -> None:
        assert status < 500 or (status == 503 and "Retry-After" in headers), body
        assert not re.search(r"[\0-\x1f\x7f]", "".join(f"{k}{v}" for k, v in headers.items()))
        if "json" in headers.get("Content-Type", "") and "Content-Encoding" not in headers and body:
            json.loads(body.decode())

    def path(self, rule: Rule, hostile: bytes | None = None, where: str = "") -> bytes:
        """Return a path of a rule, with something hostile in the place of one argument."""
        usual = {
            "filename": b"site.css",
            "digest": b"0" * 64,
            "number": b"1",
            "kind": b"graph",
            "question": b"preceding",
            "organization": self.registry.organization.ctid.encode(),
            "record": RECORD.encode(),
            "other": RECORD.encode(),
            "member": b"0",
            "key": b"00000000",
            "name": b"credentials",
        }
        if hostile is not None:
            usual[where] = hostile
        arguments = re.compile(rb"<(?:[^<>]*:)?(\w+)>")
        return arguments.sub(lambda found: usual[found[1].decode()], rule.rule.encode())

    def routes(self) -> Iterator[tuple[str, Rule]]:
        """Yield each rule with each of its methods."""
        for rule in self.rules:
            yield from ((method, rule) for method in sorted((rule.methods or set()) - {"OPTIONS"}))


def changed(place: str, text: str) -> bytes:
    """Return a document with something else in one place."""
    document = certificate(9, **{"ceterms:price": 0, 'ex:\\odd" key': 1})
    document["@graph"][0][place] = "HERE"
    return json.dumps(document).replace('"HERE"', text).encode()
