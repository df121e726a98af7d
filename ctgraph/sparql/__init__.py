"""SPARQL queries: the pool and its workers, results, ready-made queries, descriptions."""
