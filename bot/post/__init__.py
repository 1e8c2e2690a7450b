"""Compose the summaries of a day from the daily tables, and put them into the outbox."""
