"""CTIDs and the canonical IRIs that are made of them."""

from ctgraph.identity.record_iris import Identity

__all__ = ["Identity"]
