"""A DAG of Airflow 3 that takes polls and fills the data lake: extract, transform, load, every five minutes.

Then finished days are sealed, and streams that expired are deleted; mostly there is nothing to do.

It calls the bot's own verbs, each in a process of the bot's own environment; Airflow only decides when. The bot runs
with JOBS_ELSEWHERE=collect,lake and POLL_EVERY_MINUTES=5 then. Environment variables:

WATCHTIME_COMMAND   the command line program; the default is `watchtime`
WATCHTIME_FOLDER    the folder of its .env; the default is the present folder
"""

import os
import shlex
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from airflow.providers.standard.hooks.subprocess import SubprocessHook
from airflow.sdk import BaseOperator, dag
from airflow.sdk.exceptions import AirflowException, AirflowFailException

# Of the exit codes of `watchtime`: a later attempt can succeed. All others need a person: wrong settings (78), unusable
# data (65), a rejected request (69), an error of the program (70).
TEMPORARY = 75


class WatchTimeOperator(BaseOperator):
    """Runs a verb of `watchtime`. Its output is the log of the task; only a temporary failure is retried."""

    def __init__(self, *, verb: str, **options: Any) -> None:
        super().__init__(**options)
        self.verb = verb

    @cached_property
    def process(self) -> SubprocessHook:
        """The running verb."""
        return SubprocessHook()

    def execute(self, context: Any) -> None:
        """Run it to its end. Raises AirflowFailException, after which there is no retry, or AirflowException."""
        command = [*shlex.split(os.environ.get("WATCHTIME_COMMAND", "watchtime")), *self.verb.split()]
        result = self.process.run_command(command=command, cwd=os.environ.get("WATCHTIME_FOLDER"))
        if result.exit_code == TEMPORARY:
            raise AirflowException(f"`watchtime {self.verb}` ended with {TEMPORARY}: it is tried again")
        if result.exit_code != 0:
            raise AirflowFailException(
                f"`watchtime {self.verb}` ended with {result.exit_code}: trying again does not help"
            )

    def on_kill(self) -> None:
        """Stop the verb, which ends its transaction: a later run goes on."""
        self.process.send_sigterm()


@dag(
    dag_id="watchtime_lake",
    description="One poll of Twitch, then everything that is due in the data lake",
    schedule="*/5 * * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    # A missed poll cannot be taken later, and the verbs of the lake make up for missed runs themselves.
    catchup=False,
    # The next poll does not begin before this one is in the lake.
    max_active_runs=1,
    default_args={
        "retries": 3,
        "retry_delay": timedelta(seconds=20),
        "retry_exponential_backoff": True,
        "max_retry_delay": timedelta(minutes=1),
        "execution_timeout": timedelta(minutes=4),
    },
    tags=["watchtime"],
)
def watchtime_lake() -> None:
    """Extract, transform, load; seal, prune."""
    extract = WatchTimeOperator(task_id="extract", verb="collect")
    transform = WatchTimeOperator(task_id="transform", verb="lake transform")
    load = WatchTimeOperator(task_id="load", verb="lake load")
    seal = WatchTimeOperator(task_id="seal", verb="lake seal")
    prune = WatchTimeOperator(task_id="prune", verb="lake prune")
    extract >> transform >> load >> seal >> prune


watchtime_lake()
