"""Validation of graph documents against the SHACL shapes of the minimum data."""

from ctgraph.validation.minimum_data import prepare, require_valid, validate

__all__ = ["prepare", "require_valid", "validate"]
