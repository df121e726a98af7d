"""The SHACL shapes of the minimum data."""

from ctgraph.rdf.namespaces import CTGS
from ctgraph.shapes.loader import Shapes, shapes
from ctgraph.shapes.shape import ClassShape, Family, Shape

__all__ = ["CTGS", "ClassShape", "Family", "Shape", "Shapes", "shapes"]
