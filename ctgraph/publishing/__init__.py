"""Publish and withdraw records, and advise publishers on their links."""

from ctgraph.publishing.publish import Receipt, envelope_json, publish, transfer, withdraw

__all__ = ["Receipt", "envelope_json", "publish", "transfer", "withdraw"]
