"""Spans reach a collector that the environment names, belong together across processes, and say nothing of what is judged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.judges.endpoint import Endpoint, FaultProxy, texts

pytest.importorskip("opentelemetry.exporter.otlp.proto.http", reason="the extra `otel` is not installed")

JUDGE = """
judge: model
engine: chat
model: fake
revision: '1'
vision: true
mode: {{name: checklist}}
chat: {{endpoint: '{}', in_flight: 8, backoff_s: 0.01}}
"""

TRAINER = """
import json, sys
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from janus_reward.serve import Client

trace.set_tracer_provider(TracerProvider())
with trace.get_tracer("trainer").start_as_current_span("step") as step, Client(sys.argv[1]) as client:
    scored = [verdict.score is not None for verdict in client.score_batch(json.loads(sys.argv[2]))]
    told = step.get_span_context()
    print(json.dumps([f"{told.trace_id:032x}", f"{told.span_id:016x}", scored]))
"""


class Collector:
    """An OTLP collector over HTTP: its address, and what it was sent."""

    def __init__(self):
        self.bodies = bodies = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                bodies.append((self.path, body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.environment = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{self.server.server_port}",
            "OTEL_EXPORTER_OTLP_COMPRESSION": "none",
            "OTEL_BSP_SCHEDULE_DELAY": "100",
        }

    def spans(self):
        """All spans by name."""
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

        assert {path for path, _ in self.bodies} <= {"/v1/traces"}
        found = defaultdict(list)
        for one in (ExportTraceServiceRequest.FromString(body) for _, body in self.bodies):
            for resource in one.resource_spans:
                for scope in resource.scope_spans:
                    for span in scope.spans:
                        found[span.name].append(span)
        return found

    def holds(self, words):
        return any(words.encode() in body for _, body in self.bodies)


@pytest.fixture
def collector():
    made = Collector()
    yield made
    made.server.shutdown()


@pytest.fixture
def endpoint():
    made = Endpoint()
    yield made
    made.close()


def facts(span):
    """Attributes by name."""
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in span.attributes}


def scored(source, run, environment, *options):
    command = [sys.executable, "-m", "janus_reward", "score", "dataset", str(source), "-o", str(run), "--workers", "1"]
    done = subprocess.run(
        [*command, *options], env={**os.environ, **environment}, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr


def asked(endpoint):
    """The headers of the requests that hold something to judge."""
    return [headers for headers, request in endpoint.requests if "Criterion:" in texts(request)]


@pytest.mark.e2e
def test_a_span_for_each_shard_reaches_the_collector(collector, tmp_path):
    rows = [{"id": str(at), "instruction": "Add the secret numbers", "code": f"secret = {at}"} for at in range(5)]
    source = tmp_path / "corpus.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    scored(source, tmp_path / "run", collector.environment, "--render", "never", "--shard-rows", "2")
    spans = collector.spans()
    assert list(spans) == ["shard"]
    assert [facts(span) for span in spans["shard"]] == [
        {"janus.number": at, "janus.rows": rows} for at, rows in enumerate((2, 2, 1))
    ]
    assert not collector.holds("secret")


@pytest.mark.e2e
def test_what_a_judge_asks_of_its_endpoint_is_in_the_trace_of_its_row(collector, endpoint, tmp_path):
    (tmp_path / "judge.yaml").write_text(JUDGE.format(endpoint.url))
    source = tmp_path / "corpus.jsonl"
    source.write_text(json.dumps({"instruction": "Add the secret numbers", "code": "secret = 1", "language": "python"}))
    scored(
        source, tmp_path / "run", collector.environment, "--judge", str(tmp_path / "judge.yaml"), "--render", "never"
    )
    spans = collector.spans()
    (judge,) = spans["judge"]
    ours = {span.span_id.hex() for span in spans["chat fake"] if span.trace_id == judge.trace_id}
    assert facts(judge) == {"janus.row": 0}
    assert ours and all(
        span.parent_span_id == judge.span_id for span in spans["chat fake"] if span.span_id.hex() in ours
    )
    sent = [headers["traceparent"].split("-") for headers in asked(endpoint)]
    assert {trace for _, trace, _, _ in sent} == {judge.trace_id.hex()}
    assert {span for _, _, span, _ in sent} == ours
    assert not collector.holds("secret")


@pytest.mark.e2e
def test_a_trainers_trace_goes_on_through_the_service_to_the_judges_endpoint(
    collector, endpoint, tmp_path, monkeypatch
):
    from tests.serve.conftest import Service, circle

    busy = [429]

    def fault(number, request):
        told = texts(request)
        if "Criterion:" not in told:
            return None
        return 400 if "secretly refused" in told else busy.pop() if busy else None

    proxy = FaultProxy(endpoint, fault)
    (tmp_path / "judge.yaml").write_text(JUDGE.format(proxy.url))
    for name, value in collector.environment.items():
        monkeypatch.setenv(name, value)
    service = Service(tmp_path, "--workers", "1", "--judge", str(tmp_path / "judge.yaml")).until_ready()
    try:
        triples = [{**circle(20), "id": "secret"}, {**circle(40), "instruction": "secretly refused"}]
        trainer = subprocess.run(
            [sys.executable, "-c", TRAINER, service.url, json.dumps(triples)],
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert trainer.returncode == 0, trainer.stderr
        broken = {"traceparent": "00-secret-secret-01"}
        assert service.post("/v1/score", json={"secret": 1}, headers=broken).status_code == 422
        assert service.get("/nowhere/secret").status_code == 404
        service.until(lambda: len(collector.spans()["chat fake"]) == len(proxy.requests) - proxy.seen[429])
    finally:
        service.end()
        proxy.close()
    trace, step, judged = json.loads(trainer.stdout)
    assert judged == [True, False]
    spans = collector.spans()
    assert set(spans) == {"POST /v1/score", "GET unknown", "triple", "chat fake"}, "what watches leaves none"

    request, refused = sorted(spans["POST /v1/score"], key=lambda span: span.start_time_unix_nano)
    assert (request.trace_id.hex(), request.parent_span_id.hex()) == (trace, step)
    assert request.kind == request.SPAN_KIND_SERVER
    assert (facts(request)["http.response.status_code"], facts(request)["janus.triples"]) == (200, 2)
    assert (facts(refused)["http.response.status_code"], facts(refused)["janus.code"]) == (422, "invalid")
    assert refused.parent_span_id == b"" and refused.trace_id.hex() != trace
    assert request.status.code == refused.status.code == 0, "a refusal is no failure of ours"

    assert {(span.trace_id.hex(), span.parent_span_id) for span in spans["triple"]} == {(trace, request.span_id)}
    told = sorted((facts(span) for span in spans["triple"]), key=lambda one: "janus.score" not in one)
    assert [one.get("janus.reason") for one in told] == [None, "engine_error"]
    assert all(one["janus.outcome"] == "ok" and one["janus.tokens_in"] >= 0 for one in told)
    assert all(one[f"janus.{stage}_s"] >= 0 for one in told for stage in ("render", "measure", "judge"))

    triples = {span.span_id for span in spans["triple"]}
    chats = [span for span in spans["chat fake"] if span.trace_id.hex() == trace]
    assert {span.parent_span_id for span in chats} == triples
    assert {span.kind for span in chats} == {request.SPAN_KIND_CLIENT}
    answered = [facts(span) for span in chats if span.status.code == 0]
    assert all(one["gen_ai.usage.input_tokens"] >= 100 and one["gen_ai.usage.output_tokens"] == 10 for one in answered)
    assert sum(one["janus.retries"] for one in answered) == 1
    failed = [span for span in chats if span.status.code == span.status.STATUS_CODE_ERROR]
    assert {facts(span)["error.type"] for span in failed} == {"EngineFailure"}
    sent = [headers["traceparent"].split("-") for headers in asked(proxy)]
    assert {trace for _, trace, _, _ in sent} == {trace}
    assert {span for _, _, span, _ in sent} == {span.span_id.hex() for span in chats}
    assert not any(collector.holds(words) for words in ("secret", "circle", "injected"))


def test_nothing_is_imported_when_nobody_asks():
    code = """
import sys
from janus_reward.tracing import continued, current, outgoing, span

with span("one", rows=1) as ours, continued({"traceparent": "00-" + "1" * 32 + "-" + "2" * 16 + "-01"}):
    ours.tell(rows=2)
    current().fail("Error")
    assert outgoing() == {}
assert not [name for name in sys.modules if name.startswith("opentelemetry")]
"""
    quiet = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    quiet |= {"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}
    done = subprocess.run([sys.executable, "-c", code], env=quiet, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
