"""How fast and how exact the project is, beside what others would do. `python -m benchmarks` prints the tables."""
