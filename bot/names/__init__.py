"""The index of names of games and streamers, with their addresses and short names. Reads and writes the database."""
