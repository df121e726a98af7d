"""Validation of graph documents against the SHACL shapes of the minimum data."""

from ctgraph.validation.check import check, prepare, refused, validate

__all__ = ["check", "prepare", "refused", "validate"]
