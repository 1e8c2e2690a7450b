"""What the dashboard shows, read from the database: one file per subject."""
