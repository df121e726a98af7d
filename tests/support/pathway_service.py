"""Records of the sample data that pathways lead through, and ways to ask for answers about them."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from ctgraph.identity.ctid import Ctid

AIDE = "ce-469f309a-709e-4f57-af8d-7ebacc94325c"
DIPLOMA = "ce-569f360a-dab2-4f6b-818f-0c7ce88f20cf"
NURSING = "ce-a323b0bc-cfc0-4178-b2ff-f78bedc60fdc"
RN = "ce-4d67fb30-d403-4eef-a41b-5cd134c91bd1"
APN = "ce-006919ff-8500-4565-b9f9-708215e06e89"
RIVERBEND = Ctid("ce-b55816f6-d78a-428d-b56c-a45a544dd0be")
WELDING = (
    "ce-7ccd361a-2ae0-4b24-9f85-c7e2a113dee6",
    "ce-a469c792-d9d6-4bc6-b6e7-2a9de7f75ed2",
    "ce-468a4346-83ad-469d-9c64-ff96ce7f227f",
)
WITHDRAWN = "ce-442ea66f-ea9e-4dd4-b82d-45f996a6c04f"
LADDER = "ce-fdb3f7fe-4446-4d77-a77c-6d000716d259"
STANDARDS = ("ce-a618245c-2ce1-4697-9cd5-fa3b24d8f722", "ce-27153959-ce56-445b-bf14-0d3f31e8f6da")
SEVERAL = (AIDE, DIPLOMA, NURSING, RN, APN, *WELDING, LADDER, *STANDARDS)
QUESTIONS = ("preceding", "succeeding", "neighbourhood", "stack", "versions")
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
BETWEEN = f"/pathways/route?from={AIDE}&to={APN}"
ANSWERS = (
    *(f"/pathways/{NURSING}/{question}?" for question in QUESTIONS),
    f"/pathways/{NURSING}?",
    f"{BETWEEN}&",
    f"/pathways/common?ctids={AIDE},{DIPLOMA}&",
)


def page(client: FlaskClient, path: str, status: int = 200) -> str:
    """Return what a browser is shown."""
    answer = client.get(path, headers={"Accept": BROWSER}, follow_redirects=True)
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "text/html"
    return answer.text


def answer(client: FlaskClient, path: str) -> Any:
    found = client.get(path)
    assert found.status_code == 200, found.text
    return found.json


def nodes(found: Any) -> dict[str, Any]:
    return {node["id"]: node for node in found["nodes"]}


def ends(found: Any) -> list[tuple[str, str]]:
    return [(edge["source"], edge["target"]) for edge in found["edges"]]
