"""Views of the room ler."""
