"""What the bot does, in order: collect, daily, post. Decides; touches no vendor library."""
