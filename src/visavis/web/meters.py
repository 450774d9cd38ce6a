"""Counters for Prometheus: routes as they are declared, numbers, and nothing of any person."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest


class Meters:
    """The counters of one server."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self._requests = Counter("visavis_requests", "Requests answered.", labels, registry=self._registry)
        self._seconds = Histogram("visavis_request_seconds", "Time to an answer.", ("route",), registry=self._registry)
        self._sessions = Gauge("visavis_sessions", "Open sessions.", registry=self._registry)

    def answered(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer; `route` is the declared path, never the one asked for."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self, *, sessions: int) -> bytes:
        """Return the counters in Prometheus' text format."""
        self._sessions.set(sessions)
        return generate_latest(self._registry)
