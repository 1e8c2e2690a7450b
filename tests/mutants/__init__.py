"""Mutation check: change the code in one small place, run its tests, and see whether they notice."""
