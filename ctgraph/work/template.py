"""The process that workers are forked from ends with its parent, and the workers with it.

That process imports this module, which makes it follow its parent. Otherwise a worker, even a
paused one, would keep it alive.
"""

from __future__ import annotations

import os

from ctgraph.work import children

children.follow(os.getppid())
