"""Values that several steps read from the tables: bounds of days, the newest poll, coverage."""
