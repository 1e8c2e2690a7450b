"""Does the jobs about X over and over, in a new process for each line of the input, and says its number.

Everything is imported before the first of them, so that being killed two hundred times does not take an hour.
"""

import os
import random
import signal
import sys

import typer

from bot.wiring import open_bot
from helperfunctions import settings
from helperfunctions.clock import SystemClock
from helperfunctions.errors import WatchTimeError


def work() -> None:
    """Answer and send, as `watchtime run` does, until somebody kills us."""
    with open_bot(settings.load().settings, clock=SystemClock(), random=random.random) as bot:
        while True:
            for job in (bot.responder.respond, bot.sender.send):
                try:
                    job()
                except WatchTimeError as exc:
                    typer.echo(exc, err=True)


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in sys.stdin:
        number = os.fork()
        if number == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            work()
        typer.echo(number)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
