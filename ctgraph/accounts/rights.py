"""Who may do what. This module alone decides on roles, as `ledger/ownership.py` does on CTIDs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from types import MappingProxyType

from ctgraph.errors import Forbidden
from ctgraph.ledger.values import Scope


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
    RELEASE = "publish drafts that were approved"
    PUBLISH = "approve, publish and withdraw records"
    UPLOAD = "publish uploads"
    DESCRIBE = "describe the organization and ask for its approval"
    ADMIT = "invite members and change their roles"
    ISSUE_KEYS = "make and revoke API keys, and keep webhooks"
    AGREE = "agree with other organizations on who publishes for whom"
    REGISTER = "register institutions"


class StaffAct(StrEnum):
    """Something that only the registry's staff does."""

    DECIDE = "decide on organizations"
    REVIEW = "review records"
    SEARCH = "search people, organizations and records"
    SUSPEND = "suspend people and organizations"
    RESCUE = "remove the second factors of people"
    TRUST = "choose trusted partners"
    MERGE = "merge organizations"


ROLES: Mapping[Act, frozenset[Role]] = MappingProxyType(
    {
        Act.SEE: frozenset(Role),
        Act.DRAFT: frozenset({Role.EDITOR, Role.APPROVER, Role.ADMINISTRATOR}),
        Act.RELEASE: frozenset({Role.EDITOR, Role.APPROVER, Role.ADMINISTRATOR}),
        Act.PUBLISH: frozenset({Role.APPROVER, Role.ADMINISTRATOR}),
        Act.UPLOAD: frozenset({Role.APPROVER, Role.ADMINISTRATOR}),
        Act.DESCRIBE: frozenset({Role.ADMINISTRATOR}),
        Act.ADMIT: frozenset({Role.ADMINISTRATOR}),
        Act.ISSUE_KEYS: frozenset({Role.ADMINISTRATOR}),
        Act.AGREE: frozenset({Role.ADMINISTRATOR}),
        Act.REGISTER: frozenset({Role.ADMINISTRATOR}),
    }
)
"""The roles whose members may do something."""
SCOPES: Mapping[Act, frozenset[Scope]] = MappingProxyType(
    {
        Act.SEE: frozenset({Scope.DRAFTS, Scope.READ}),
        Act.DRAFT: frozenset({Scope.DRAFTS}),
        Act.RELEASE: frozenset({Scope.DRAFTS, Scope.PUBLISH}),
        Act.PUBLISH: frozenset({Scope.PUBLISH}),
        Act.UPLOAD: frozenset({Scope.PUBLISH, Scope.BULK}),
        Act.DESCRIBE: frozenset({Scope.ADMIN}),
        Act.ADMIT: frozenset({Scope.ADMIN}),
        Act.ISSUE_KEYS: frozenset({Scope.ADMIN}),
        Act.AGREE: frozenset({Scope.ADMIN}),
        Act.REGISTER: frozenset({Scope.ADMIN}),
    }
)
"""The scopes of API keys with which something may be done, any of them."""


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


def require_scope(scopes: Collection[Scope], act: Act) -> None:
    """Make sure that a program may do something for the organization of its key.

    :param scopes: those of the key.
    :raises Forbidden: when not, with the remedy.
    """
    if SCOPES[act].isdisjoint(scopes):
        wanted = " or ".join(one for one in Scope if one in SCOPES[act])
        raise Forbidden(
            f"This API key may not {act}: it has the scopes {', '.join(sorted(scopes))}. "
            f"Use one with the scope {wanted}."
        )


def require_staff(is_staff: bool, act: StaffAct) -> None:
    """Make sure that somebody may do what the registry's staff does.

    :raises Forbidden: when not.
    """
    if not is_staff:
        raise Forbidden(f"Only the registry's staff may {act}.")
