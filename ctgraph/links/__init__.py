"""What documents say about what precedes what."""
