"""A year of the production code on a virtual clock, with the faults that a year brings: `make soak`."""
