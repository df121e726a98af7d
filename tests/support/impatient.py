"""The worker that serves, with deadlines and bounds so small that tests reach them."""

from dataclasses import replace

from ctgraph.server.limits import Limits
from ctgraph.server.worker import LeadingWorker


class ImpatientWorker(LeadingWorker):
    """Gives clients a second for everything."""

    limits = replace(
        Limits(),
        first_byte_seconds=1,
        head_seconds=1,
        body_seconds=1,
        write_seconds=1,
        close_seconds=1,
    )


class NarrowWorker(LeadingWorker):
    """Lets few connections of an address wait, and few bytes of all."""

    limits = replace(Limits(), per_address=10, answer_bytes=4_000_000, waiting_bytes=6_000_000)
