"""The ledger: organizations, keys, envelopes, versions and the change sequence, in SQL."""

from ctgraph.ledger.ledger import Ledger, shared_ledger
from ctgraph.ledger.registry import settled

__all__ = ["Ledger", "settled", "shared_ledger"]
