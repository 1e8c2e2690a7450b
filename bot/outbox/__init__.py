"""The outbox -> X: posts are sent once, and unknown outcomes are settled."""
