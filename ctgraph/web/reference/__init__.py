"""Views of the room reference."""
