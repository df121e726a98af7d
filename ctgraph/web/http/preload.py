"""What a process has to import to answer what :mod:`ctgraph.web.http.questions` may be asked.

It is imported once, in the process from which those that answer are forked.
"""

from __future__ import annotations

from ctgraph.settings import load_settings
from ctgraph.web.http import questions

questions.prepare(load_settings())
