"""What precedes and what succeeds a record, across providers."""

from ctgraph.pathways.questions import LINKED, Asked, Pathways

__all__ = ["LINKED", "Asked", "Pathways"]
