"""Counters for Prometheus: routes as they are declared, numbers, and nothing of any person."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from visavis.domain.jobs import JobState


class Meters:
    """The counters of one server."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self._requests = Counter("visavis_requests", "Requests answered.", labels, registry=self._registry)
        self._seconds = Histogram("visavis_request_seconds", "Time to an answer.", ("route",), registry=self._registry)
        self._sessions = Gauge("visavis_sessions", "Open sessions.", registry=self._registry)
        self._jobs = Gauge("visavis_jobs", "Jobs by state.", ("state",), registry=self._registry)
        self._read = Gauge("visavis_job_files_read", "Files that jobs have read, when each last ended.", registry=self._registry)

    def answered(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer; `route` is the declared path, never the one asked for."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self, *, sessions: int, jobs: Mapping[str, int], files_read: int) -> bytes:
        """Return the counters in Prometheus' text format."""
        self._sessions.set(sessions)
        for state in JobState:
            self._jobs.labels(state.value).set(jobs.get(state.value, 0))
        self._read.set(files_read)
        return generate_latest(self._registry)
