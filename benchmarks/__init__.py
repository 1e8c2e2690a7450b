"""Speed and accuracy of the project, compared with the alternatives. `python -m benchmarks` prints the tables."""
