"""Access to the outside world: one outside thing per file. Independent of the bot."""
