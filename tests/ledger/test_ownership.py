"""Who may bear which CTID."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from ctgraph.bulk.load import load
from ctgraph.cli import main
from ctgraph.documents import parse
from ctgraph.errors import Conflict, CtgraphError
from ctgraph.ledger.append import Submission, append
from ctgraph.web import create_app
from tests.support.ownership import (
    BASE,
    B,
    X,
    bearing,
    competency,
    framework,
    other,
    published,
    sent,
    stand,
)
from tests.support.registry import Registry, certificate, ctid_number

STATES = (
    "free",
    "own",
    "own part",
    "own withdrawn",
    "own dropped",
    "other",
    "other part",
    "other withdrawn",
    "other dropped",
    "other account",
)
WAYS = ("publish", "update", "draft", "load", "command")


def expected(state: str, role: str, way: str) -> int:
    if state.startswith("other"):
        return 403
    if way == "draft":
        return 204
    standing = {"own": "primary", "own part": "part"}.get(state)
    # One's own CTID may stand in one document at a time.
    if standing and (standing, role) != ("primary", "primary"):
        return 409
    return 201


def tried(client: FlaskClient, a: Registry, role: str, way: str, tmp_path: Path) -> int:
    """Let A bear X; return the status, or what it would be."""
    document = bearing(role)
    if way == "draft":
        answer = client.put(
            f"/drafts/{document['@id'][-39:]}", data=orjson.dumps(document), headers=a.authorization
        )
        return refused(answer) if answer.status_code == 403 else answer.status_code
    if way == "update" and role == "part":
        published(client, a, framework(1))
    if way in ("publish", "update"):
        answer = sent(client, a, document)
        return refused(answer) if answer.status_code == 403 else answer.status_code
    file = tmp_path / "document.json"
    file.write_bytes(orjson.dumps(document))
    environment = {"CTGRAPH_HOME": str(a.settings.home)}
    if way == "command":
        ran = CliRunner().invoke(
            main, ["publish", str(file), "--owner", a.organization.ctid], env=environment
        )
        words = ran.stderr
    else:
        report = io.StringIO()
        tally = load(a.settings, a.ledger, [file], a.organization, report, lambda done: None)
        line = report.getvalue()
        assert bool(line) == bool(tally.rejected)
        words = "Conflict" if "already published" in line else "Not allowed" if line else ""
    return 403 if "Not allowed" in words else 409 if "Conflict" in words else 201


def refused(answer: Any) -> int:
    """Return a refusal's status, once it was seen to name the place and a remedy."""
    [problem] = answer.json["problems"]
    assert X in problem["message"]
    assert problem["remedy"] in answer.json["detail"]
    if "pointer" in problem:
        assert problem["pointer"].startswith("/@")
    return int(answer.status_code)


@pytest.mark.parametrize("role", ["primary", "part"])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("state", STATES)
def test_who_may_bear_a_ctid(
    client: FlaskClient, registry: Registry, tmp_path: Path, state: str, role: str, way: str
) -> None:
    stand(state, client, registry)
    before = client.get(f"/resources/{X}"), client.get(f"/resources/{X}/versions/1")
    assert tried(client, registry, role, way, tmp_path) == expected(state, role, way)
    if expected(state, role, way) in (403, 409):
        after = client.get(f"/resources/{X}"), client.get(f"/resources/{X}/versions/1")
        assert [a.data for a in after] == [b.data for b in before]


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("free", 404),
        ("own", 204),
        ("own part", 404),
        ("own withdrawn", 410),
        ("own dropped", 404),
        *((state, 403) for state in STATES if state.startswith("other")),
    ],
)
def test_who_may_withdraw(client: FlaskClient, registry: Registry, state: str, status: int) -> None:
    stand(state, client, registry)
    answer = client.delete(f"/resources/documents/{X}", headers=registry.authorization)
    assert answer.status_code == status


@pytest.mark.parametrize("fate", ["account", "withdrawn", "dropped"])
def test_the_owner_publishes_whatever_others_tried(
    client: FlaskClient, registry: Registry, fate: str
) -> None:
    stand(f"other {fate}", client, registry)
    assert sent(client, registry, bearing("part")).status_code == 403
    b = X if fate == "account" else B
    owner = Registry(
        registry.settings,
        registry.ledger,
        registry.ledger.organizations.get(b),
        registry.ledger.organizations.add_key(b),
    )
    published(client, owner, certificate(700, b, **{"ceterms:keyword": {"en": "mine"}}))
    assert "mine" in client.get(f"/resources/{X}").text


SPELLINGS: dict[str, Callable[[], dict[str, Any]]] = {
    "nested": lambda: framework(
        1,
        competency(
            ctid_number(3),
            **{
                "ceasn:hasChild": [
                    competency(X, **{"ceasn:isPartOf": f"{BASE}/resources/{ctid_number(1)}"})
                ]
            },
        ),
    ),
    "upper case": lambda: framework(
        1,
        competency(X)
        | {"ceterms:ctid": X.upper(), "@id": f"HTTPS://LOCALHOST:8000/graph/{X.upper()}"},
    ),
    "an alias": lambda: framework(
        1,
        competency(X) | {"@id": f"https://credentialengineregistry.org/ce-registry/envelopes/{X}/"},
    ),
    "without @id": lambda: framework(1, {k: v for k, v in competency(X).items() if k != "@id"}),
    "an envelope": lambda: {"decoded_resource": bearing("part")},
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_spelling_takes_another_s_ctid(
    client: FlaskClient, registry: Registry, spelling: str
) -> None:
    stand("other withdrawn", client, registry)
    answer = sent(client, registry, SPELLINGS[spelling]())
    assert answer.status_code == 403
    assert X in answer.json["detail"]


@pytest.mark.parametrize("key", ["https://purl.org/ctdl/terms/ctid", "CETERMS:ctid", "c:ctid"])
def test_a_ctid_has_one_key(client: FlaskClient, registry: Registry, key: str) -> None:
    document = certificate(
        1, **{"ceterms:requires": [{"@type": "ceterms:ConditionProfile", key: X}]}
    )
    document["@context"] = [document["@context"], {"c": "https://purl.org/ctdl/terms/"}]
    answer = sent(client, registry, document)
    assert answer.status_code == 422
    assert f"{X} is a ceterms:ConditionProfile" in answer.text


def test_one_batch_gives_a_free_ctid_to_the_first(registry: Registry) -> None:
    b = other(registry)
    settings = registry.settings
    documents = [
        (registry, framework(1, competency(X))),
        (b, certificate(700, B)),
        (b, framework(2, competency(X), owner=B)),
        (registry, certificate(700)),
        (registry, framework(1)),
        (b, certificate(700, B)),
        (registry, certificate(700)),
    ]
    outcomes = append(
        registry.ledger,
        [
            Submission(who.organization, one["@id"][-39:], parse(orjson.dumps(one), settings))
            for who, one in documents
        ],
        "operator",
    )
    assert [one.status if isinstance(one, CtgraphError) else one.effect for one in outcomes] == [
        "created",
        403,
        403,
        409,
        "updated",
        403,
        "created",
    ]


def raced(registry: Registry) -> None:
    """Let two organizations publish with the same free CTIDs at once."""
    b = other(registry)
    app = create_app(registry.settings)
    statuses: dict[str, list[int]] = {}

    def work(who: Registry) -> None:
        client = app.test_client()
        for number in range(100, 115):
            me = who.organization.ctid
            part = competency(ctid_number(number))
            base = 300 if who is b else 200
            answer = sent(client, who, framework(base + number, part, owner=me))
            statuses.setdefault(me, []).append(answer.status_code)

    threads = [threading.Thread(target=work, args=(who,)) for who in (registry, b)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for first, second in zip(*statuses.values(), strict=True):
        assert sorted((first, second)) == [201, 403]


def test_a_race_has_one_winner(registry: Registry) -> None:
    raced(registry)


def test_a_race_has_one_winner_on_postgresql(on_postgresql: Registry) -> None:
    raced(on_postgresql)


# Accounts


def test_an_account_is_not_made_of_what_is_no_organization(
    client: FlaskClient, registry: Registry
) -> None:
    published(client, registry, certificate(700))
    with pytest.raises(Conflict, match="something other"):
        registry.ledger.organizations.add("Other College", X)
    assert registry.ledger.organizations.register({X: "Other", B: "Known"}).keys() == {B}


def test_an_account_wins_over_a_description_of_it(client: FlaskClient, registry: Registry) -> None:
    description = certificate(700, **{"@type": "ceterms:CredentialOrganization"})
    data = orjson.dumps(description)
    submission = Submission(registry.organization, X, parse(data, registry.settings))
    append(registry.ledger, [submission], "operator")
    b = other(registry, X)
    again = parse(data, registry.settings)
    for document in (again, None):
        change = Submission(registry.organization, X, document)
        [outcome] = append(registry.ledger, [change], "key")
        assert isinstance(outcome, CtgraphError)
        assert outcome.status == 403
    [outcome] = append(registry.ledger, [Submission(b.organization, X, again)], "key")
    assert not isinstance(outcome, CtgraphError)
    assert outcome.envelope.owner == X
