"""The links that documents state: one thing precedes another, is its part, or replaces it."""
