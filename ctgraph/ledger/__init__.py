"""The ledger: organizations, keys, envelopes, versions and the change sequence, in SQL."""

from ctgraph.ledger.records import Ledger

__all__ = ["Ledger"]
