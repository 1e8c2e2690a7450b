"""How the outside world is touched: one outside thing per file. Knows nothing of the bot."""
