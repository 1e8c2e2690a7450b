"""Measurements in the format that Prometheus reads. The only file that touches prometheus_client."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from prometheus_client import CollectorRegistry, Histogram, ProcessCollector, generate_latest
from prometheus_client import exposition as _exposition
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

CONTENT_TYPE = _exposition.CONTENT_TYPE_LATEST
# Seconds: from a look into an empty outbox to the roll-up of a month.
_BUCKETS = (0.05, 0.25, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0)


@dataclass(frozen=True, slots=True)
class Measured:
    """One measurement with its labels and values; a counter only ever grows."""

    name: str
    meaning: str
    kind: Literal["gauge", "counter"]
    samples: Sequence[tuple[Mapping[str, str], float]]


class Exposition:
    """What /metrics says: measurements gathered anew at each visit, the time that jobs took, and the process itself."""

    def __init__(self, gather: Callable[[], Iterable[Measured]]) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Gathered(gather))
        ProcessCollector(registry=self._registry)
        self._jobs = Histogram(
            "watchtime_job_seconds",
            "Time that jobs took, by how they ended",
            ["job", "outcome"],
            buckets=_BUCKETS,
            registry=self._registry,
        )

    def job_done(self, job: str, outcome: str, seconds: float) -> None:
        """Note that a job was done."""
        self._jobs.labels(job, outcome).observe(seconds)

    def text(self) -> bytes:
        """Everything, as Prometheus reads it."""
        return generate_latest(self._registry)


class _Gathered(Collector):
    def __init__(self, gather: Callable[[], Iterable[Measured]]) -> None:
        self._gather = gather

    def collect(self) -> Iterator[Metric]:
        for measured in self._gather():
            labels = list(measured.samples[0][0]) if measured.samples else []
            family: CounterMetricFamily | GaugeMetricFamily
            if measured.kind == "counter":
                family = CounterMetricFamily(measured.name, measured.meaning, labels=labels)
            else:
                family = GaugeMetricFamily(measured.name, measured.meaning, labels=labels)
            for sample_labels, value in measured.samples:
                family.add_metric(list(sample_labels.values()), value)
            yield family

    def describe(self) -> list[Metric]:
        """Nothing beforehand: it would have to ask the database."""
        return []
