"""The process that answers what :mod:`ctgraph.asked` may be asked: ``python -m`` this module."""

from __future__ import annotations

import sys
from functools import partial

from ctgraph import asked
from ctgraph.settings import load_settings
from ctgraph.work.calls import serve

if __name__ == "__main__":
    serve(int(sys.argv[1]), partial(asked.prepare, load_settings()))
