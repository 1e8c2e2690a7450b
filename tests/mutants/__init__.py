"""Mutation check: change the code in one small place, run its tests, and check that one fails."""
