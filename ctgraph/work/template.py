"""What the process does from which workers are forked: it ends with its parent, and they with it.

Importing this does it. Workers keep that process alive otherwise, even those that are paused.
"""

from __future__ import annotations

import os

from ctgraph.work import children

children.follow(os.getppid())
