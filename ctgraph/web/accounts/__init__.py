"""Accounts of people and organizations, as pages."""
