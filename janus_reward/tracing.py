"""Traces, when OpenTelemetry is there and set up by its usual environment variables; nothing otherwise.

`pip install 'janus-reward[otel]'` and, for instance, `OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318`. A program
that has set up a tracer provider of its own keeps it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

_ASKED = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_TRACES_EXPORTER")


@contextmanager
def span(name: str, **facts: str | int | float | bool) -> Iterator[None]:
    """A span around what is done inside; facts become its attributes, and never hold what is judged."""
    tracer = _tracer()
    if tracer is None:
        yield
        return
    with tracer.start_as_current_span(name, attributes={f"janus.{key}": value for key, value in facts.items()}):
        yield


@lru_cache(maxsize=1)
def _tracer() -> Any:
    """The tracer, or `None` when nobody wants traces or OpenTelemetry is not installed."""
    try:
        from opentelemetry import trace
    except ImportError:
        return None
    if isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider) and not _export(trace):
        return None
    return trace.get_tracer("janus_reward")


def _export(trace: Any) -> bool:
    """Send spans where the environment says; whether it says so and that can be done."""
    if not any(os.environ.get(name) for name in _ASKED):
        return False
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        return False
    provider = TracerProvider(resource=Resource.create({"service.name": "janus-reward"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    return True
