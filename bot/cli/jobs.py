"""Verbs made of the table of jobs, for the jobs that have none of their own. Only translates."""

import random
from collections.abc import Callable

import typer

from bot.jobs import JOBS, Job
from helperfunctions.clock import SystemClock
from helperfunctions.errors import SettingsError


def add_to(app: typer.Typer) -> None:
    """Add these verbs to the command line."""
    for job in JOBS:
        if job.verb is None:
            app.command(job.name, help=job.does)(verb_of(job))


def verb_of(job: Job) -> Callable[[], None]:
    """A verb that does a job once and prints its result. Raises SettingsError when the job lacks credentials."""

    def verb() -> None:
        from bot.wiring import open_bot
        from helperfunctions import settings

        with (
            open_bot(settings.load().settings, clock=SystemClock(), random=random.random) as bot,
            bot.database.writing(),
        ):
            task = job.run(bot)
            if task is None:
                raise SettingsError([f"`{job.name}` needs credentials that are not set: see `watchtime check`"])
            result = task()
        typer.echo(job.report(result))

    return verb
