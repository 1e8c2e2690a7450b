"""The health of the bot: facts, the rules that judge them, and what presents the verdict."""
