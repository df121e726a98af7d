"""Read models made from the ledger: the triple store, the link index, their snapshots."""
