"""Validation of graph documents against the SHACL shapes of the minimum data."""

from ctgraph.validation.minimum_data import prepare, refused, require_valid, validate

__all__ = ["prepare", "refused", "require_valid", "validate"]
