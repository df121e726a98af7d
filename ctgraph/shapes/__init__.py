"""The SHACL shapes of the minimum data."""

from ctgraph.shapes.loader import CTGS, ClassShape, Family, Shape, Shapes, shapes

__all__ = ["CTGS", "ClassShape", "Family", "Shape", "Shapes", "shapes"]
