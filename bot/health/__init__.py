"""The health of the bot: facts, rules that find problems in them, and the presentation of the problems."""
