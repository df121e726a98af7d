"""SPARQL queries: their processes, turns, results and descriptions."""
