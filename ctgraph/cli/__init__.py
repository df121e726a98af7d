"""The command line: ``ctgraph``."""

from ctgraph.cli.app import main

__all__ = ["main"]
