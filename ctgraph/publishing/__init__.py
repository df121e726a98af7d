"""Publish and withdraw records, and advise publishers on their links."""

from ctgraph.publishing.publish import Receipt, envelope_json, publish, withdraw

__all__ = ["Receipt", "envelope_json", "publish", "withdraw"]
