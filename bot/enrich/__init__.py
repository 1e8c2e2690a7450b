"""Enrich games by IGDB: match them, store their genres, game modes and themes, and sum up the days by these."""
