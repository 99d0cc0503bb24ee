"""Logs as one JSON object a line; only fields that are named here ever get out."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

_FIELDS = (
    "request", "method", "route", "status", "code", "ms", "bytes", "pid", "items", "inside", "job", "state", "address",
)  # fmt: skip


class JsonLines(logging.Formatter):
    """Time, level, event, the known fields, and of an exception its type and place, never its words."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        told: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        told |= {name: getattr(record, name) for name in _FIELDS if getattr(record, name, None) is not None}
        if record.exc_info and record.exc_info[0] is not None:
            told |= {"exception": record.exc_info[0].__name__, "at": _places(record)}
        return json.dumps(told, default=str)


def _places(record: logging.LogRecord) -> list[str]:
    trace, found = record.exc_info[2] if record.exc_info else None, []
    while trace is not None:
        found.append(f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}")
        trace = trace.tb_next
    return found[-6:]


def log_to_stderr() -> None:
    """Send the service's and the HTTP server's log to stderr as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    for name, level in (("janus_reward.serve", logging.INFO), ("uvicorn", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(level)
