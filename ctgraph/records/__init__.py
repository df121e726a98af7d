"""Records as they stand and as they stood, what others say of them, and their completeness."""
