"""X mentions -> the inbox -> the outbox."""
