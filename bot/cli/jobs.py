"""The verbs of jobs that have no verb of their own, made from the table of jobs."""

from collections.abc import Callable

import typer

from bot.cli.common import examples, opened_bot
from bot.jobs import JOBS, Job
from helperfunctions.errors import SettingsError


def add_to(app: typer.Typer) -> None:
    """Add these verbs to the command line."""
    for job in JOBS:
        if job.verb is None:
            app.command(job.name, help=job.does, epilog=examples(f"watchtime {job.name}"))(verb_of(job))


def verb_of(job: Job) -> Callable[[], None]:
    """A verb that runs a job once and prints its result. Raises SettingsError when the job lacks credentials."""

    def verb() -> None:
        with opened_bot() as bot, bot.database.writing():
            task = job.run(bot)
            if task is None:
                raise SettingsError([f"`{job.name}` needs credentials that are not set: see `watchtime check`"])
            result = task()
        typer.echo(job.report(result))

    return verb
