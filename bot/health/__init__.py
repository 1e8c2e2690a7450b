"""Is all well? What the database says of itself, what is wrong in it, who is told."""
