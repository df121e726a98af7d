"""The imports of a process that answers :mod:`ctgraph.web.http.questions`.

It is imported once, in the process from which the worker processes are forked.
"""

from __future__ import annotations

from ctgraph import validation
from ctgraph.settings import load_settings

validation.prepare(load_settings())
