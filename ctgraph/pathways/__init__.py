"""Questions about the things that precede and succeed a record, across providers."""

from ctgraph.pathways.families import LINKED
from ctgraph.pathways.questions import Asked, Pathways

__all__ = ["LINKED", "Asked", "Pathways"]
