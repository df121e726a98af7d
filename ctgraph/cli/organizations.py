"""Commands for the organizations that may publish, and for their API keys."""

from __future__ import annotations

import secrets
from datetime import date

import click

from ctgraph.accounts.names import hidden, is_seen
from ctgraph.accounts.rights import Role
from ctgraph.cli.common import CTID, open_registry
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.values import USUAL_SCOPES, Scope, end_of


@click.group()
def org() -> None:
    """Add and list the organizations that may publish."""


@org.command("add")
@click.option("--name", required=True, help="Name of the organization.")
@click.option("--ctid", "record", type=CTID, help="Its CTID; minted when left out.")
def org_add(name: str, record: Ctid | None) -> None:
    """Add an organization and print its CTID."""
    if not is_seen(name):
        raise click.BadParameter("Give the name of the organization.", param_hint="--name")
    if sign := hidden(name):
        told = f"It has the invisible character {sign}. Leave it out."
        raise click.BadParameter(told, param_hint="--name")
    click.echo(open_registry()[1].organizations.add(name, record).ctid)


@org.command("list")
def org_list() -> None:
    """List the organizations: CTID, tab, name."""
    for organization in open_registry()[1].organizations.all():
        click.echo(f"{organization.ctid}\t{organization.name}")


@org.command("admit")
@click.argument("organization", metavar="ORG_CTID", type=CTID)
@click.argument("email")
@click.option("--name", required=True, help="Name of the person.")
@click.option(
    "--role",
    type=click.Choice([*Role]),
    default=Role.ADMINISTRATOR,
    show_default=True,
    help="What the person may do for the organization.",
)
def org_admit(organization: Ctid, email: str, name: str, role: str) -> None:
    """Make the person with the address EMAIL a member, and print a password.

    Whoever has an account already keeps the password.
    """
    from ctgraph.accounts.people import People

    settings, ledger = open_registry()
    ledger.organizations.get(organization)
    password = secrets.token_urlsafe(16)
    who, is_new = People(ledger, settings.base_url).welcome(email, name, password)
    with ledger.database.writing() as connection:
        ledger.applications.admit(connection, organization, who.id, role)
    click.echo(password if is_new else f"{who.email} is {role} now, with the same password.")


@org.command("trust")
@click.argument("organization", metavar="ORG_CTID", type=CTID)
@click.option("--end", is_flag=True, help="End that.")
def org_trust(organization: Ctid, end: bool) -> None:
    """Make an organization a trusted partner, which registers institutions."""
    from ctgraph.accounts.registering import Registering

    settings, ledger = open_registry()
    Registering(settings, ledger).set_trust(organization, not end)


class _Day(click.ParamType[date]):
    name = "day"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the day that a text names, or fail as click does."""
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a date. Write it as 2027-12-31.", param, ctx)


@click.group()
def key() -> None:
    """Make, list and revoke API keys.

    A key is shown once, when it is made; only its hash is kept.
    """


@key.command("add")
@click.argument("organization", metavar="ORG_CTID", type=CTID)
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([one.value for one in Scope]),
    help="What may be done with it; may be given again. All but admin, without it.",
)
@click.option(
    "--expires", type=_Day(), help="The last day on which it is valid, such as 2027-12-31."
)
@click.option("--label", default="", help="What people know it by.")
def key_add(organization: Ctid, scopes: tuple[str, ...], expires: date | None, label: str) -> None:
    """Make an API key for an organization and print it."""
    allowed = [Scope(one) for one in scopes] or [*USUAL_SCOPES]
    until = end_of(expires) if expires else None
    click.echo(open_registry()[1].organizations.add_key(organization, allowed, until, label))


@key.command("revoke")
@click.argument("key_id")
def key_revoke(key_id: str) -> None:
    """Revoke a key by its id: the eight characters after 'ctg_'."""
    open_registry()[1].organizations.revoke_key(key_id)


@key.command("list")
@click.argument("organization", metavar="ORG_CTID", type=CTID)
def key_list(organization: Ctid) -> None:
    """List an organization's keys, with tabs between what is told of each.

    Told are id, when made, when revoked, scopes, when it expires, when last used, and label.
    """
    for entry in open_registry()[1].organizations.keys(organization):
        told = (
            entry.id,
            entry.created_at,
            entry.revoked_at or "valid",
            " ".join(sorted(entry.scopes)),
            entry.expires_at or "never",
            entry.used_at or "never",
            entry.label,
        )
        click.echo("\t".join(told))
