"""The metrics of /metrics, in the format of Prometheus. The only file that imports prometheus_client."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from prometheus_client import CollectorRegistry, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from bot.health.health_facts import ChatFacts, Facts, WorkFacts
from bot.health.problem import Problem
from bot.health.record import RunRecord
from bot.spend.report import Spending

NAME: Final = "watchtime"
CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
# Seconds: from a check of an empty outbox to the roll-up of a month.
_JOB_SECONDS: Final = (0.05, 0.25, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of the bot at one instant. `facts` is None without a database, `free_bytes` if it is not known.

    `running` has the age of each running job in seconds, `losses` how often the database was lost in the last hour.
    """

    leads: bool
    poll_interval_seconds: float
    facts: Facts | None
    kept_polls: int
    free_bytes: int | None
    rate_limits: Mapping[str, float]
    record: RunRecord
    running: Mapping[str, float]
    losses: int
    problems: Sequence[Problem]


class Metrics:
    """The content of /metrics: a snapshot, taken for every request, the duration of jobs, and this process."""

    def __init__(self, take: Callable[[], Snapshot]) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Snapshots(take))
        ProcessCollector(registry=self._registry)
        self._jobs = Histogram(
            f"{NAME}_job_seconds",
            "Duration of jobs in seconds, by outcome",
            ["job", "outcome"],
            buckets=_JOB_SECONDS,
            registry=self._registry,
        )

    def job_done(self, job: str, outcome: str, seconds: float) -> None:
        """Record the duration of an attempt of a job, in seconds, with its outcome."""
        self._jobs.labels(job, outcome).observe(seconds)

    def text(self) -> bytes:
        """All metrics in the text format of Prometheus."""
        return generate_latest(self._registry)


@dataclass(frozen=True, slots=True)
class _Snapshots(Collector):
    take: Callable[[], Snapshot]

    def collect(self) -> Iterator[Metric]:
        snapshot = self.take()
        yield from _of_process(snapshot)
        yield from _of_run(snapshot)
        # One metric per part, however many problems it has.
        parts = dict.fromkeys((problem.part for problem in snapshot.problems), 1)
        yield _by("problem", "1 for each part of the bot that has a problem", "part", parts)
        if snapshot.facts is not None:
            yield from _of_facts(snapshot.facts)


def _of_facts(facts: Facts) -> Iterator[Metric]:
    yield _by("polls", "Polls by status", "status", facts.polls, CounterMetricFamily)
    yield from _of_work(facts.work)
    posts = GaugeMetricFamily(f"{NAME}_posts", "Posts in the outbox, by kind and status", labels=["kind", "status"])
    for (kind, status), count in facts.posts.items():
        posts.add_metric([kind, status], count)
    yield posts
    yield _by("mentions", "Mentions by status", "status", facts.mentions)
    latency = facts.latency
    yield _gauge("answers_last_day", "Answers posted within the last day", latency.answers)
    if latency.median is not None and latency.p95 is not None:
        help_text = "Seconds from a question on X to its answer, over the last day"
        quantiles = {"0.5": latency.median, "0.95": latency.p95}
        yield _by("answer_latency_seconds", help_text, "quantile", quantiles)
    yield from _of_spending(facts.spending)
    yield _gauge("database_bytes", "Size of the database on disk in bytes", facts.database_bytes)
    if facts.chat is not None:
        yield from _of_chat(facts.chat)


def _of_process(snapshot: Snapshot) -> Iterator[Metric]:
    yield _gauge("leading", "1 if this bot is the leader, which runs the jobs; 0 if it is on standby", snapshot.leads)
    yield _gauge("database_up", "1 if the database can be read", snapshot.facts is not None)
    yield _gauge("poll_interval_seconds", "Seconds between two polls, by the settings", snapshot.poll_interval_seconds)
    yield _gauge("kept_polls", "Polls stored on disk until the database is available", snapshot.kept_polls)
    if snapshot.free_bytes is not None:
        yield _gauge("data_dir_free_bytes", "Free space in DATA_DIR in bytes", snapshot.free_bytes)
    yield _by("rate_limit_remaining", "Calls left in the present window of a rate limit", "api", snapshot.rate_limits)


def _of_run(snapshot: Snapshot) -> Iterator[Metric]:
    jobs = snapshot.record.jobs
    yield _by("job_failures", "Failures of a job in a row", "job", {name: job.failures for name, job in jobs.items()})
    succeeded = {name: job.succeeded_at.timestamp() for name, job in jobs.items() if job.succeeded_at}
    yield _by("job_success_timestamp_seconds", "End of the newest successful run of a job", "job", succeeded)
    yield _by("job_running_seconds", "Seconds for which a job has been running", "job", snapshot.running)
    yield _gauge("database_losses", "Number of times the leader lost the database in the last hour", snapshot.losses)


def _of_work(work: WorkFacts) -> Iterator[Metric]:
    if work.last_good_poll_at is not None:
        started_at = work.last_good_poll_at.timestamp()
        yield _gauge("good_poll_timestamp_seconds", "Start of the newest poll that did not fail", started_at)
    if work.last_poll is not None:
        poll = work.last_poll
        yield _gauge("poll_streams", "Streams in the newest poll", poll.streams)
        yield _gauge("poll_viewers", "Viewers in the newest poll", poll.viewers)
        yield _gauge("poll_pages", "Pages of the newest poll", poll.pages)
        yield _gauge("poll_set_aside", "Invalid streams in the newest poll, which are not counted", poll.set_aside)
        seconds = (poll.ended_at - poll.started_at).total_seconds()
        yield _gauge("poll_duration_seconds", "Duration of the newest poll in seconds", seconds)
    if work.last_day is not None:
        day = work.last_day
        yield _gauge("day_end_timestamp_seconds", "End of the newest day that is rolled up", day.ends_at.timestamp())
        yield _gauge("day_coverage_ratio", "Measured part of the newest day that is rolled up", day.coverage)
        yield _gauge("day_watch_hours", "Hours watched on the newest day that is rolled up", day.watch_hours)
        yield _gauge("day_polls", "Polls of the newest day that is rolled up", day.polls)
    yield _gauge("days_due", "Finished days that are not rolled up yet", len(work.days_due))


def _of_chat(chat: ChatFacts) -> Iterator[Metric]:
    others = chat.channels - chat.joined - chat.refused
    by_state = {"joined": chat.joined, "refused": chat.refused, "other": others}
    yield _by("chat_channels", "Channels whose chat is followed, by state", "state", by_state)
    yield _gauge("chat_messages_last_hour", "Chat messages counted in the last hour", chat.messages)
    yield _gauge("chat_late_messages_last_hour", "Chat messages that came too late to be counted", chat.late_messages)
    if chat.listeners:
        yield _gauge("chat_listeners", "Listeners that share the channels by the queue", chat.listeners)
        yield _gauge("chat_waiting_bytes", "Chat in journals that waits for the queue", chat.waiting_bytes)
    if chat.listeners or chat.queue_problem:
        works = not chat.queue_problem
        yield _gauge("chat_queue_works", "1 if listeners and counters can use the queue", works)
    if chat.coverage is not None:
        yield _gauge("chat_coverage_ratio", "Part of the last hour heard of the live channels", chat.coverage)
    if chat.covered_at is not None:
        heard_at = chat.covered_at.timestamp()
        yield _gauge("chat_heard_timestamp_seconds", "Newest minute of chat that was heard whole", heard_at)


def _of_spending(spending: Spending) -> Iterator[Metric]:
    spent: defaultdict[str, float] = defaultdict(float)
    for row in spending.rows:
        spent[row.purpose] += float(row.usd)
    today = spending.allowance
    yield _by("x_spent_usd", "Cost of X this month (UTC) in USD", "purpose", spent)
    yield _gauge("x_budget_usd", "Budget for X per month in USD", spending.budget_usd)
    yield _gauge("x_forecast_usd", "Cost of X this month in USD if it goes on like this", spending.forecast_usd)
    last_hour, so_far = spending.answers_last_hour_usd, today.spent_today_usd
    yield _gauge("x_answers_last_hour_usd", "Cost of mentions and answers within the last hour in USD", last_hour)
    yield _gauge("x_answers_today_usd", "Cost of mentions and answers today (UTC) in USD", so_far)
    yield _gauge("x_answers_share_usd", "Today's share of the budget for mentions and answers in USD", today.share_usd)
    yield _gauge("x_pauses", "Reasons for which X is not called at present", len(spending.pauses))


def _gauge(name: str, help_text: str, value: float | Decimal) -> Metric:
    return GaugeMetricFamily(f"{NAME}_{name}", help_text, value=float(value))


def _by(
    name: str,
    help_text: str,
    label: str,
    values: Mapping[str, float],
    kind: type[GaugeMetricFamily] | type[CounterMetricFamily] = GaugeMetricFamily,
) -> Metric:
    family = kind(f"{NAME}_{name}", help_text, labels=[label])
    for key, value in sorted(values.items()):
        family.add_metric([key], value)
    return family
