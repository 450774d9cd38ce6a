"""Counters for Prometheus: routes as they are declared, numbers, and nothing of any person. `docs/reference/metrics.md` lists them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from visavis.domain.figures import Figures
from visavis.domain.jobs import JobState

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
"""Bounds of the histogram: from a page that is at hand to the longest that anybody waits for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What is counted when it is asked.

    Attributes
    ----------
    waiting : mapping of str to int
        Acts that wait for their turn, by queue.
    files_read : int
        By jobs.
    """

    figures: Figures
    sessions: int
    waiting: Mapping[str, int]
    jobs: Mapping[str, int]
    files_read: int


class Meters:
    """The counters of one server."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self._requests = Counter("visavis_requests", "Requests answered.", labels, registry=self._registry)
        self._seconds = Histogram("visavis_request_seconds", "Time to an answer.", ("route",), buckets=SECONDS, registry=self._registry)

    def answered(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer; `route` is the declared path, never the one asked for."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self, reading: Reading) -> bytes:
        """Return the counters in Prometheus' text format."""
        moment = CollectorRegistry()
        moment.register(_Moment(reading))
        return generate_latest(self._registry) + generate_latest(moment)


class _Moment:
    """What stands in the archive and in this process at one moment, as the registry asks for it."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def collect(self) -> Iterator[Metric]:
        """Yield every family."""
        reading, figures = self._reading, self._reading.figures
        yield _counter("visavis_searches", "Searches made, at the desk and elsewhere.", figures.searches)
        yield _counter("visavis_candidates", "Candidates listed by them.", figures.candidates)
        yield _counter("visavis_ledger_leaves", "Height of the ledger: acts in it.", figures.leaves)
        yield GaugeMetricFamily("visavis_archive_sources", "Sources.", value=figures.sources)
        yield GaugeMetricFamily("visavis_archive_pictures", "Pictures and films that are there.", value=figures.pictures)
        yield GaugeMetricFamily("visavis_archive_templates", "Templates of them.", value=figures.templates)
        yield GaugeMetricFamily("visavis_archive_bytes", "Size of the archive's files.", value=figures.bytes)
        yield GaugeMetricFamily("visavis_sessions", "Open sessions.", value=reading.sessions)
        yield _labelled("visavis_queue", "Acts that wait for their turn.", "queue", reading.waiting)
        jobs = {state.value: reading.jobs.get(state.value, 0) for state in JobState}
        yield _labelled("visavis_jobs", "Jobs by state.", "state", jobs)
        yield GaugeMetricFamily("visavis_job_files_read", "Files that jobs have read, when each last ended.", value=reading.files_read)
        yield GaugeMetricFamily("visavis_process_resident_bytes", "Memory of the server's process, mapped files too.", value=resident())


def resident() -> int:
    """Return the resident memory of this process, bytes; 0 where the system does not tell."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return 0
    found = next((line for line in status.splitlines() if line.startswith("VmRSS:")), "VmRSS: 0 kB")
    return int(found.split()[1]) << 10


def _counter(name: str, says: str, value: int) -> Metric:
    return CounterMetricFamily(name, says, value=value)


def _labelled(name: str, says: str, label: str, values: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(name, says, labels=[label])
    for of, value in values.items():
        family.add_metric([of], value)
    return family
