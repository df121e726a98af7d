"""ctgraph: an open registry for credentials described in CTDL."""

from importlib.metadata import version

__version__ = version("ctgraph")
