"""Publishing and withdrawing records."""

from ctgraph.publishing.publish import Receipt, envelope_json, publish, withdraw

__all__ = ["Receipt", "envelope_json", "publish", "withdraw"]
