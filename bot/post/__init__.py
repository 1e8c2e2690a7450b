"""The daily tables -> the outbox: the summaries of a day."""
