"""``python -m ctgraph.cli`` is ``ctgraph``."""

from ctgraph.cli import main

main()
