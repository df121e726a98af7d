"""zstd (RFC 8878): the module of the standard library, or its backport for older Python."""

import sys

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

__all__ = ["zstd"]
