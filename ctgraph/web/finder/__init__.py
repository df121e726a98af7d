"""The Finder: search, comparison and what belongs to them, as pages and for programs."""
