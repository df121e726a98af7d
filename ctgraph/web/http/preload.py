"""The imports of a process that answers :mod:`ctgraph.web.http.questions`.

It is imported once, in the process from which the worker processes are forked.
"""

from __future__ import annotations

from ctgraph.settings import load_settings
from ctgraph.web.http import questions

questions.prepare(load_settings())
