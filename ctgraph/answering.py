"""What a process has to import to answer what :mod:`ctgraph.asked` may be asked.

It is imported once, in the process from which those that answer are forked.
"""

from __future__ import annotations

from ctgraph import asked
from ctgraph.settings import load_settings

asked.prepare(load_settings())
