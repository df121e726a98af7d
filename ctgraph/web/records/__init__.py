"""Views of the room records."""
