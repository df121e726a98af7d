"""Uploads of spreadsheets: kept, checked in the background, decided by people, and saved."""
