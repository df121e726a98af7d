"""The API description is true: it names every route, and nothing else."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

PRIVATE = {"/static/{filename}"}
PEOPLE = ("/account/", "/staff")
"""Where the pages begin that are forms for people, and nothing for programs."""
ALSO = {
    # Described with their twins.
    "/graph/{record}/versions",
    "/graph/{record}/versions/{number}",
}


def test_every_route_is_described(client: FlaskClient) -> None:
    described = client.get("/openapi.json").json["paths"]
    shapes = {re.sub(r"{\w+}", "{}", path): set(methods) for path, methods in described.items()}
    routes: dict[str, set[str]] = {}
    for rule in client.application.url_map.iter_rules():
        path = re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", r"{\1}", rule.rule)
        for plain in (path.replace("{kind}", kind) for kind in ("resources", "graph")):
            if plain.startswith(("/ce-registry", *PEOPLE)) or plain in PRIVATE | ALSO:
                continue
            methods = {m.lower() for m in rule.methods or ()} - {"head", "options"}
            routes.setdefault(re.sub(r"{\w+}", "{}", plain), set()).update(methods)
    assert routes == shapes


def test_references_in_the_description_resolve(client: FlaskClient) -> None:
    answer = client.get("/openapi.json")
    for reference in re.findall(r'"\$ref": ?"#/([^"]+)"', answer.text):
        found = answer.json
        for step in reference.split("/"):
            found = found[step]
        assert found
