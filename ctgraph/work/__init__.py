"""Processes that do long work, and the turns in which clients use them."""
