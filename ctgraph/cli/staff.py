"""Commands for the people who run the registry."""

from __future__ import annotations

import secrets

import click

from ctgraph.cli.common import open_registry


@click.group()
def staff() -> None:
    """Add the people who approve organizations."""


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
