"""Reads of the dashboard: rows of the database as values, one file per subject."""
