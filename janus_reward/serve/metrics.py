"""What the service tells Prometheus; never anything of what a request held."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.process_collector import ProcessCollector

if TYPE_CHECKING:
    from janus_reward.serve.flow import Flow
    from janus_reward.serve.jobs import Jobs

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """The service's metrics, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        known = self.registry
        self.requests = Counter("janus_requests", "By route and status.", ["route", "status"], registry=known)
        self.latency = Histogram("janus_request_seconds", "To the answer.", ["route"], buckets=_SECONDS, registry=known)
        self.refused = Counter("janus_refused", "Requests refused, by code.", ["code"], registry=known)
        self.triples = Counter("janus_triples", "By outcome and reason.", ["outcome", "reason"], registry=known)
        self.wait = Histogram("janus_triple_seconds", "A triple, the queue included.", buckets=_SECONDS, registry=known)
        self.stage = Histogram("janus_stage_seconds", "By stage.", ["stage"], buckets=_SECONDS, registry=known)
        self.scores = Histogram("janus_score", "Totals.", buckets=(1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5), registry=known)
        self.tokens = Counter("janus_tokens", "Tokens of the judge.", ["way"], registry=known)

    def watch(self, flow: Flow, jobs: Jobs) -> None:
        """Read queue, workers and jobs whenever they are asked for."""
        known = self.registry
        Gauge("janus_inside", "Triples under way or waiting.", registry=known).set_function(lambda: flow.gate.inside)
        workers = Gauge("janus_workers", "Workers that serve.", ["pool"], registry=known)
        waiting = Gauge("janus_waiting", "Items that wait for a worker.", ["pool"], registry=known)
        restarts = Gauge("janus_worker_restarts", "Workers that died.", ["pool"], registry=known)
        for name, pool in flow.pools.items():
            workers.labels(name).set_function(partial(getattr, pool, "ready"))
            waiting.labels(name).set_function(partial(getattr, pool, "depth"))
            restarts.labels(name).set_function(partial(getattr, pool, "restarts"))
        states = Gauge("janus_jobs", "Jobs by state.", ["state"], registry=known)
        for state in ("waiting", "running", "done", "failed", "cancelled"):
            states.labels(state).set_function(partial(jobs.count, state))

    def scored(self, verdict: Mapping[str, Any], seconds: float) -> None:
        """One triple is done."""
        self.triples.labels(verdict["outcome"] or "error", verdict["reason"] or "scored").inc()
        self.wait.observe(seconds)
        for name, value in verdict["seconds"].items():
            self.stage.labels(name).observe(value)
        if verdict["score"] is not None:
            self.scores.observe(verdict["score"])
        for way in ("in", "out"):
            self.tokens.labels(way).inc(verdict[f"tokens_{way}"])

    def text(self) -> bytes:
        """In Prometheus' text format."""
        return generate_latest(self.registry)
