"""Commands for the people who run the registry."""

from __future__ import annotations

import secrets

import click

from ctgraph.cli.common import open_registry


@click.group()
def staff() -> None:
    """Add the people who approve organizations, and let people in who lost their second factors."""


@staff.command("add")
@click.argument("email")
@click.option("--name", required=True, help="Name of the person.")
def staff_add(email: str, name: str) -> None:
    """Add a member of the staff with the address EMAIL, and print a password.

    Whoever has an account already becomes staff, and keeps the password.
    """
    from ctgraph.accounts.people import People

    settings, ledger = open_registry()
    password = secrets.token_urlsafe(16)
    people = People(ledger, settings.base_url)
    who, is_new = people.welcome(email, name, password, is_staff=True)
    click.echo(password if is_new else f"{who.email} is staff now, with the same password.")


@staff.command("rescue")
@click.argument("email")
@click.option("--reason", required=True, help="How you know who it is; the person reads it.")
def staff_rescue(email: str, reason: str) -> None:
    """Remove all second factors of the account with the address EMAIL, at once.

    It is for somebody who lost them and the recovery codes, such as the only one of the staff. It
    ends the sessions of the account, and is told by mail.
    """
    from ctgraph.accounts.lost_factors import LostFactors

    settings, ledger = open_registry()
    who = LostFactors(ledger, settings.base_url).remove_at_once(email, reason)
    click.echo(f"{who.email} signs in with the password alone now.")
