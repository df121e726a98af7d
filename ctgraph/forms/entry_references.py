"""What entries of an outline say of one that is removed: links that lead nowhere afterwards."""

from __future__ import annotations

from ctgraph.documents.node_values import texts_in
from ctgraph.forms.entries import Entries, Entry
from ctgraph.forms.values import Node
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid


def left_referring(document: Node, top: Ctid, record: Ctid, identity: Identity) -> list[Entry]:
    """Return the entries that refer to one, or to those below it, even when these are removed.

    :param top: the record that has the outline.
    :raises NotFound: when there is no such entry.
    """
    entries = Entries(document, top, identity)
    listed, gone = list(entries.listed()), entries.subtree(record)
    entries.remove(record, entries.below(record))
    nodes = {
        str(node.get("ceterms:ctid")): node
        for node in entries.document["@graph"]
        if isinstance(node, dict)
    }
    return [
        one
        for one in listed
        if one.record not in gone
        and any(identity.ctid_of(text) in gone for text in texts_in(nodes[one.record]))
    ]
