"""The dashboard: pages and an API over the tables that the other steps write. It only reads."""
