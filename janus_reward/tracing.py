"""Traces, when OpenTelemetry is there and set up by its usual environment variables; nothing otherwise.

`pip install 'janus-reward[otel]'` and, for instance, `OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318`. A program
that has set up a tracer provider of its own keeps it. Traces go on from process to process by the headers of W3C Trace
Context. Spans never hold what is judged, nor the words of an error, which may quote it.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Literal

Fact = str | int | float | bool | None

HEADERS = ("traceparent", "tracestate")
"""Of W3C Trace Context."""

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_turn = threading.Lock()


class Span:
    """A span that is open.

    Args:
        inner: OpenTelemetry's; `None` where nobody wants it, and nothing happens.
    """

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def tell(self, **facts: Fact) -> None:
        """Add attributes: `janus.NAME`, but for names with a dot, which are OpenTelemetry's own; `None` is left out."""
        if self._inner is not None and self._inner.is_recording():
            self._inner.set_attributes(_attributes(facts))

    def rename(self, name: str) -> None:
        """Name it by what is known only now."""
        if self._inner is not None:
            self._inner.update_name(name)

    def fail(self, kind: str) -> None:
        """Mark it as gone wrong; `kind` is the class of an error or a status, never a message."""
        if self._inner is not None:
            from opentelemetry.trace import StatusCode

            self._inner.set_status(StatusCode.ERROR)
            self.tell(**{"error.type": kind})


_UNSEEN = Span(None)


@contextmanager
def span(
    name: str,
    *,
    kind: Literal["internal", "server", "client"] = "internal",
    parent: Mapping[str, str] | None = None,
    **facts: Fact,
) -> Iterator[Span]:
    """A span around what is done inside; what is raised there marks it as failed by its class.

    Args:
        name: one of few, so that spans can be counted by it.
        kind: `server` of a request that came, `client` of one that is sent.
        parent: headers that came with a request; its trace goes on. When absent: the span around this one.
        facts: attributes, as in `Span.tell`.
    """
    tracer = _tracer()
    if tracer is None:
        yield _UNSEEN
        return
    from opentelemetry.trace import SpanKind

    begun = tracer.start_as_current_span(
        name,
        _context(parent) if parent else None,
        SpanKind[kind.upper()],
        _attributes(facts),
        record_exception=False,
        set_status_on_exception=False,
    )
    with begun as inner:
        found = Span(inner)
        try:
            yield found
        except Exception as error:
            found.fail(type(error).__name__)
            raise


def current() -> Span:
    """The span around what is done now."""
    if _tracer() is None:
        return _UNSEEN
    from opentelemetry.trace import get_current_span

    return Span(get_current_span())


def outgoing() -> dict[str, str]:
    """The headers that let another process go on with this trace; none where there is no trace."""
    carrier: dict[str, str] = {}
    if _tracer() is not None:
        _propagator().inject(carrier)
    return carrier


@contextmanager
def continued(carrier: Mapping[str, str]) -> Iterator[None]:
    """Spans begun inside belong to the trace that another process handed over by `outgoing`."""
    if not carrier or _tracer() is None:
        yield
        return
    from opentelemetry import context

    token = context.attach(_context(carrier))
    try:
        yield
    finally:
        context.detach(token)


def flush(within_s: float) -> None:
    """Send the spans that wait, for at most so long: for a process that a signal ends, without Python's own end."""
    if _tracer() is None:
        return
    from opentelemetry import trace

    sending = threading.Thread(target=getattr(trace.get_tracer_provider(), "force_flush", lambda: True), daemon=True)
    sending.start()
    sending.join(within_s)


def _attributes(facts: Mapping[str, Fact]) -> dict[str, Any]:
    return {key if "." in key else f"janus.{key}": value for key, value in facts.items() if value is not None}


def _context(carrier: Mapping[str, str]) -> Any:
    return _propagator().extract(carrier)


@lru_cache(maxsize=1)
def _propagator() -> Any:
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator()


def _tracer() -> Any:
    """The tracer, or `None` when nobody wants traces; then nothing is imported either."""
    if _asked():
        _export()
    if "opentelemetry.trace" not in sys.modules:
        return None
    from opentelemetry import trace

    provider = trace.get_tracer_provider()
    return None if isinstance(provider, trace.ProxyTracerProvider) else _tracer_of(provider)


@lru_cache(maxsize=1)
def _tracer_of(provider: Any) -> Any:
    return provider.get_tracer("janus_reward")


@lru_cache(maxsize=1)
def _asked() -> bool:
    """Whether the environment asks for traces by OTLP."""
    exporter = os.environ.get("OTEL_TRACES_EXPORTER")
    return exporter == "otlp" if exporter else any(os.environ.get(name) for name in _ENDPOINTS)


@lru_cache(maxsize=1)
def _export() -> None:
    """Send spans where the environment says, when that can be done and the program has no provider of its own."""
    try:
        from opentelemetry import trace
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        return
    with _turn:
        if isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
            named = Resource({"service.name": "janus-reward"}).merge(OTELResourceDetector().detect())
            provider = TracerProvider(resource=Resource.create().merge(named))
            provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
            trace.set_tracer_provider(provider)
