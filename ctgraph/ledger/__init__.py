"""The ledger: organizations, keys, envelopes, versions and the change sequence, in SQL."""

from ctgraph.ledger.ledger import Ledger, shared_ledger

__all__ = ["Ledger", "shared_ledger"]
