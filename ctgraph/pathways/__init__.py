"""What precedes and what succeeds a record, across providers."""

from ctgraph.pathways.families import LINKED
from ctgraph.pathways.questions import Asked, Pathways

__all__ = ["LINKED", "Asked", "Pathways"]
