"""What programs do with a draft, with an API key: send it to review, approve and publish it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response

from ctgraph.accounts.actors import Program
from ctgraph.accounts.outcomes import Outcome
from ctgraph.accounts.reviews import Reviewing
from ctgraph.accounts.rights import SCOPES, Act
from ctgraph.accounts.visitor import Visitor
from ctgraph.errors import BadParameter, ChangedMeanwhile
from ctgraph.identity import ctid
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.drafts import digest_of
from ctgraph.web.http import respond
from ctgraph.web.http.bearer import authenticate
from ctgraph.web.http.bodies import ANY, content_seen, members
from ctgraph.web.http.owners import reviewing_of
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import visitor

blueprint = Blueprint("api_reviews", __name__, url_prefix="/drafts/<record>")
Step = Callable[[Reviewing, Program, Mapping[Ctid, str], Visitor], list[Outcome]]
"""A use case for drafts, by the digests of the contents that were seen."""


@blueprint.post("/submit")
@reads()
def submit(record: str) -> Response:
    """Send a draft to the review of the organization's approvers."""
    who, given = _asked(Act.DRAFT)
    return _done(record, who, Reviewing.send, given.get("hash", ""), is_needed=False)


@blueprint.post("/approve")
@reads()
def approve(record: str) -> Response:
    """Approve the content of a draft that was seen."""
    who, given = _asked(Act.PUBLISH)
    return _done(record, who, Reviewing.approve, given.get("hash", ""))


@blueprint.post("/return")
@reads()
def hand_back(record: str) -> Response:
    """Return a draft to its editor, with words."""
    program, given = _asked(Act.PUBLISH, words=str)

    def step(
        reviewing: Reviewing, who: Program, seen: Mapping[Ctid, str], asked: Visitor
    ) -> list[Outcome]:
        return reviewing.hand_back(who, seen, given.get("words", ""), asked)

    return _done(record, program, step, given.get("hash", ""))


@blueprint.post("/publish")
@reads()
def publish(record: str) -> Response:
    """Publish a draft. A key that may not approve needs a standing approval."""
    who, given = _asked(Act.RELEASE)
    return _done(record, who, Reviewing.publish, given.get("hash", ""), is_needed=False)


def _asked(act: Act, **kinds: type) -> tuple[Program, dict[str, Any]]:
    """Return the program that asks, and the members of its request, once it is known.

    :param kinds: what each member but `hash` is.
    """
    who = Program(*authenticate(*SCOPES[act]))
    return who, members(hash=str, **kinds)


def _done(record: str, who: Program, step: Step, hash: str, is_needed: bool = True) -> Response:
    """Do something with a draft of the organization whose key is used, and tell what was done.

    :param hash: the digest of the content that was seen; without it, that in ``If-Match``.
    :param is_needed: whether it has to be named; else it is that of the draft as it stands.
    :raises BadParameter: when it has to be named, and is not.
    :raises ChangedMeanwhile: when it is not that of the draft, and ``If-Match`` named it.
    """
    canonical, owner = ctid.canonical(record), who.organization
    now = digest_of(state().ledger.drafts.document(owner.ctid, canonical))
    named = content_seen().removeprefix(ANY)
    if named and named != now:
        raise ChangedMeanwhile("The draft was changed since you read it. Read it again.")
    seen = hash or named or ("" if is_needed else now)
    if not seen:
        raise BadParameter("Name the content that you saw: its hash in If-Match, or as `hash`.")
    (outcome,) = step(reviewing_of(owner), who, {canonical: seen}, visitor())
    if outcome.error:
        raise outcome.error
    told: dict[str, object] = {"ctid": canonical, "name": outcome.name, "hash": seen}
    state_now = outcome.done.state if outcome.done else None
    told |= {"state": state_now or "published", "told": outcome.said}
    response = respond.json(told, caching=respond.Caching.NEVER)
    if not state_now:
        response.headers["Location"] = f"/resources/{canonical}"
    return response
