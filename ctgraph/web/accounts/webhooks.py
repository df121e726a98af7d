"""The webhooks of an organization, which its administrators add, test, send back and remove."""

from __future__ import annotations

from flask import Blueprint, Response

from ctgraph.accounts.rights import Act
from ctgraph.errors import Forbidden
from ctgraph.harvest.courier import tried
from ctgraph.harvest.webhooks import Hooking
from ctgraph.web.accounts.organization_forms import NewWebhook, Replay
from ctgraph.web.accounts.organizations import applicants
from ctgraph.web.accounts.people import filled, require_form, text
from ctgraph.web.http import respond
from ctgraph.web.http.owners import owned
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import for_people, visitor, who

blueprint = Blueprint(
    "account_webhooks", __name__, url_prefix="/account/organizations/<organization>/webhooks"
)


@blueprint.route("", methods=["GET", "POST"])
@reads()
@for_people
def webhooks(organization: str) -> Response:
    """Show the webhooks of an organization; add one, and show its secret this once."""
    hooking = _hooking(organization)
    form = NewWebhook()

    def use() -> Response:
        if not applicants().may_publish(hooking.organization.ctid):
            raise Forbidden("The registry has not approved your organization yet.")
        wanted: dict[str, object] = {
            "url": text(form.url).strip(),
            "events": form.events.data or None,
        }
        if form.own.data == "own":
            wanted["owner"] = hooking.organization.ctid
        made = hooking.register(wanted)
        _note(hooking, f"Added the webhook {made.id}.")
        return _shown(hooking, NewWebhook(formdata=None), secret=made.secret)

    return filled(form, use, "accounts/webhooks.html", **_listed(hooking))


@blueprint.post("/<id>/test")
@reads()
@for_people
def test(organization: str, id: str) -> Response:
    """Send a delivery without changes, and show how it was answered."""
    hooking = _hooking(organization)
    require_form()
    one = state().ledger.webhooks.get(hooking.organization.ctid, id)
    failure = tried(state().settings, one)
    return _shown(hooking, NewWebhook(formdata=None), tried=one.url, failure=failure)


@blueprint.post("/<id>/pause")
@reads()
@for_people
def pause(organization: str, id: str) -> Response:
    """Send nothing more until the webhook is resumed."""
    hooking = _hooking(organization)
    require_form()
    hooking.pause(id)
    return _done(hooking, f"Paused the webhook {id}.")


@blueprint.post("/<id>/resume")
@reads()
@for_people
def resume(organization: str, id: str) -> Response:
    """Let a webhook that is paused go on."""
    hooking = _hooking(organization)
    require_form()
    hooking.resume(id)
    return _done(hooking, f"Resumed the webhook {id}.")


@blueprint.route("/<id>/replay", methods=["GET", "POST"])
@reads()
@for_people
def replay(organization: str, id: str) -> Response:
    """Send a webhook back to the changes after a number."""
    hooking = _hooking(organization)
    one = state().ledger.webhooks.get(hooking.organization.ctid, id)
    form = Replay()

    def use() -> Response:
        hooking.replay(id, {"after": form.after.data})
        return _done(hooking, f"Sent the webhook {id} to the changes after {form.after.data}.")

    newest = state().ledger.changes.last_sequence()
    shown = {"owner": hooking.organization, "one": one, "newest": newest}
    return filled(form, use, "accounts/webhook_replay.html", **shown)


@blueprint.post("/<id>/remove")
@reads()
@for_people
def remove(organization: str, id: str) -> Response:
    """Delete a webhook."""
    hooking = _hooking(organization)
    require_form()
    hooking.delete(id)
    return _done(hooking, f"Removed the webhook {id}.")


def _hooking(organization: str) -> Hooking:
    owner = owned(organization, Act.ISSUE_KEYS)
    return Hooking(state().settings, state().ledger, owner)


def _listed(hooking: Hooking) -> dict[str, object]:
    found = state().ledger.webhooks.of(hooking.organization.ctid)
    return {"owner": hooking.organization, "webhooks": found}


def _shown(hooking: Hooking, form: NewWebhook, **told: str) -> Response:
    shown = {"form": form, "problem": "", **_listed(hooking), **told}
    return respond.page("accounts/webhooks.html", **shown)


def _done(hooking: Hooking, words: str) -> Response:
    _note(hooking, words)
    return respond.redirect(f"/account/organizations/{hooking.organization.ctid}/webhooks", 303)


def _note(hooking: Hooking, words: str) -> None:
    owner = hooking.organization.ctid
    with state().ledger.database.writing() as connection:
        state().ledger.activities.note(
            connection, words, person=who().id, organization=owner, address=visitor().address
        )
