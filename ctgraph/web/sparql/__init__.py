"""Views of SPARQL queries: the endpoint, ready-made queries, descriptions."""
