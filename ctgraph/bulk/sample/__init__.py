"""A synthetic registry of any size, determined by a seed and shaped like the live one."""

from ctgraph.bulk.sample.documents import generate

__all__ = ["generate"]
