"""Records as they stand and stood, statements of others about them, and their completeness."""
