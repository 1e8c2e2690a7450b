"""`watchtime run`, but that newer credentials are looked for twice a second instead of every five minutes."""

from datetime import timedelta

from bot.cli.app import run_bot
from helperfunctions import log

if __name__ == "__main__":
    log.set_up()
    run_bot(look_every=timedelta(seconds=0.5))
