"""The server's log: a JSON object a line on standard error, with ids and numbers only."""

import datetime as dt
import json
import logging
import sys

LEVELS = ("debug", "info", "warning", "error")
QUIETER = {"uvicorn.error": logging.WARNING}
"""Loggers of others, and the least that is kept of what they say."""


class IdsOnly(logging.Filter):
    """Keeps tracebacks out of the log: what they quote may be a name or a path. What failed, and where, stays."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Say of a failure no more than its kind and its place."""
        if record.exc_info and record.exc_info[0] is not None:
            trace = record.exc_info[2]
            while trace is not None and trace.tb_next is not None:
                trace = trace.tb_next
            where = "" if trace is None else f" at {trace.tb_frame.f_code.co_name}:{trace.tb_lineno}"
            record.msg, record.args, record.exc_info = f"failed: {record.exc_info[0].__name__}{where}", (), None
        return True


class JsonLines(logging.Formatter):
    """One object a line; what is an object already keeps its keys."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        message = record.getMessage()
        line = {
            "at": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "log": record.name,
        }
        return json.dumps(line | (_object(message) or {"message": message}), ensure_ascii=False)


def log_ids_only(level: str) -> None:
    """Write what the desk says at this level or above; of uvicorn's what is a warning at least."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    handler.addFilter(IdsOnly())
    least = getattr(logging, level.upper())
    for name in ("visavis", *QUIETER):
        log = logging.getLogger(name)
        log.handlers, log.propagate = [handler], False
        log.setLevel(max(least, QUIETER.get(name, logging.NOTSET)))


def _object(message: str) -> dict[str, object] | None:
    if not message.startswith("{"):
        return None
    try:
        found = json.loads(message)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
