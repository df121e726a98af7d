"""Opening a ledger, and its keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from ctgraph.errors import RegistryNotReady
from ctgraph.ledger import Ledger
from ctgraph.settings import Settings
from tests.support.registry import Registry, ctid_number


def test_a_ledger_that_was_never_made_is_not_opened(tmp_path: Path) -> None:
    with pytest.raises(RegistryNotReady, match="Run ctgraph init, or set CTGRAPH_HOME"):
        Ledger.of(Settings(home=tmp_path / "home"))
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("revision", "remedy"), [("0001", "Run: ctgraph init"), ("9999", "Upgrade ctgraph")]
)
def test_a_ledger_of_another_version_is_not_opened(
    registry: Registry, revision: str, remedy: str
) -> None:
    with registry.ledger.database.writing() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")
    with pytest.raises(RegistryNotReady, match=remedy):
        Ledger.of(registry.settings)


def test_the_id_of_a_key_revokes_it(registry: Registry) -> None:
    organizations = registry.ledger.organizations
    bearer = organizations.bearer_of(registry.key)
    assert bearer
    assert bearer.organization == registry.organization
    assert [key.id for key in organizations.keys(registry.organization.ctid)] == [bearer.key.id]
    organizations.revoke_key(bearer.key.id)
    assert organizations.bearer_of(registry.key) is None


def test_names_are_found_however_many_are_asked_for(registry: Registry) -> None:
    asked = {*map(ctid_number, range(1, 12_001)), registry.organization.ctid}
    assert registry.ledger.records.names(asked) == {registry.organization.ctid: "Test College"}
