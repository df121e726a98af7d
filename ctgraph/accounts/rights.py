"""Who may do what. This module alone decides on roles, as `ledger/ownership.py` does on CTIDs."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from ctgraph.errors import Forbidden


class Role(StrEnum):
    """The role of a member of an organization, from the least to the most."""

    VIEWER = "viewer"
    EDITOR = "editor"
    APPROVER = "approver"
    ADMINISTRATOR = "administrator"


class Act(StrEnum):
    """Something that is done for an organization, as a sentence says it."""

    SEE = "see its drafts and its activity"
    DRAFT = "draft records"
    PUBLISH = "approve, publish and withdraw records"
    DESCRIBE = "describe the organization and ask for its approval"
    ADMIT = "invite members and change their roles"
    ISSUE_KEYS = "make and revoke API keys"
    AGREE = "agree with other organizations on who publishes for whom"


class StaffAct(StrEnum):
    """Something that only the registry's staff does."""

    DECIDE = "decide on organizations"
    REVIEW = "review records"
    SEARCH = "search people, organizations and records"
    SUSPEND = "suspend people and organizations"


ROLES: Mapping[Act, frozenset[Role]] = MappingProxyType(
    {
        Act.SEE: frozenset(Role),
        Act.DRAFT: frozenset({Role.EDITOR, Role.APPROVER, Role.ADMINISTRATOR}),
        Act.PUBLISH: frozenset({Role.APPROVER, Role.ADMINISTRATOR}),
        Act.DESCRIBE: frozenset({Role.ADMINISTRATOR}),
        Act.ADMIT: frozenset({Role.ADMINISTRATOR}),
        Act.ISSUE_KEYS: frozenset({Role.ADMINISTRATOR}),
        Act.AGREE: frozenset({Role.ADMINISTRATOR}),
    }
)
"""The roles whose members may do something."""


def require(role: Role | None, act: Act) -> None:
    """Make sure that somebody may do something for an organization.

    :param role: of the person in the organization; None for one who is no member.
    :raises Forbidden: when not, with the remedy.
    """
    if role is None:
        raise Forbidden("You are not a member of this organization. Ask its administrator.")
    if role not in ROLES[act]:
        able = " or ".join(one for one in Role if one in ROLES[act])
        raise Forbidden(f"As {role} you may not {act}. Ask an {able} of the organization.")


def require_staff(is_staff: bool, act: StaffAct) -> None:
    """Make sure that somebody may do what the registry's staff does.

    :raises Forbidden: when not.
    """
    if not is_staff:
        raise Forbidden(f"Only the registry's staff may {act}.")
