"""The outbox -> X."""
