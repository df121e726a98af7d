"""Errors of a registry: its settings, its ledger, its stores and their sources."""

from __future__ import annotations

from ctgraph.errors.base import CtgraphError


class SettingsError(CtgraphError):
    """A setting has a value that cannot be used."""

    title = "Unusable setting"
    term = "problem-setting"


class StoreError(CtgraphError):
    """The ledger or the triple store is missing, or cannot be used now."""

    status = 503
    title = "Store unavailable"
    term = "problem-store-unavailable"
    public = (
        "The registry cannot use its data now. Try again in a moment. If the problem lasts, tell "
        "the operator of the registry."
    )
    retry_after = 2


class NotQueryable(StoreError):
    """Queries cannot run, or do not see new changes; the message is for monitoring."""

    title = "Not queryable"
    term = "problem-not-queryable"
    public = ""


class LockHeld(StoreError):
    """Another process, such as the projector of a running server, writes the triple store."""


class RegistryNotReady(CtgraphError):
    """No registry is where the settings say, or its tables are not those of this ctgraph."""

    status = 503
    title = "Registry not ready"
    term = "problem-registry-not-ready"
    public = "The registry is not set up. Tell its operator, whose log says what to do."
    retry_after = 60


class InsufficientStorage(CtgraphError):
    """There is no room left to keep the document or draft. Nothing of it was kept."""

    status = 507
    title = "Insufficient storage"
    term = "problem-insufficient-storage"
    retry_after = 60


class Damaged(CtgraphError):
    """A backup, a kept document, or a projection is damaged."""

    status = 500
    title = "Damaged"
    term = "problem-damaged"


class LoadStopped(CtgraphError):
    """A load was interrupted. It continues where it stopped when it is run again."""

    title = "Load stopped"
    term = "problem-load-stopped"


class Unreadable(CtgraphError):
    """A file, or an entry of an archive, cannot be read."""

    title = "Unreadable source"
    term = "problem-unreadable-source"
