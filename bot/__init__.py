"""The bot: one folder per step (collect, daily, post, reply, outbox). Vendor libraries are in helperfunctions."""

# The same as in pyproject.toml; a container has no other record of it.
__version__ = "0.1.0"
