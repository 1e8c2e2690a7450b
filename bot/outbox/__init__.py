"""Send the posts of the outbox to X, each once, and settle unknown outcomes."""
