"""What the bot does, in order: collect, daily, post. Decides; touches no vendor library."""

# The same as in pyproject.toml; a container has no other record of it.
__version__ = "0.1.0"
