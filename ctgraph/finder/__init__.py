"""The Finder: search, facets, related records and comparisons over the search index."""
