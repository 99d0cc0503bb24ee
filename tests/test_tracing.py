"""Spans reach a collector that the environment names, and say nothing of what is judged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

pytest.importorskip("opentelemetry.exporter.otlp.proto.http", reason="the extra `otel` is not installed")


@pytest.fixture
def collector():
    """An OTLP collector over HTTP: its address, and the bodies that it was sent."""
    bodies: list[tuple[str, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            bodies.append((self.path, body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", bodies
    server.shutdown()


@pytest.mark.e2e
def test_a_span_for_each_shard_reaches_the_collector(collector, tmp_path):
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    address, bodies = collector
    rows = [{"id": str(at), "instruction": "Add the secret numbers", "code": f"secret = {at}"} for at in range(5)]
    source = tmp_path / "corpus.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    command = [sys.executable, "-m", "janus_reward", "score", "dataset", str(source), "-o", str(tmp_path / "run")]
    told = {**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": address, "OTEL_EXPORTER_OTLP_COMPRESSION": "none"}
    options = ["--render", "never", "--workers", "1", "--shard-rows", "2"]
    done = subprocess.run([*command, *options], env=told, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert {path for path, _ in bodies} == {"/v1/traces"}
    sent = [ExportTraceServiceRequest.FromString(body) for _, body in bodies]
    spans = [
        s for one in sent for resource in one.resource_spans for scope in resource.scope_spans for s in scope.spans
    ]
    assert [span.name for span in spans] == ["shard"] * 3
    facts = [{fact.key: fact.value.int_value for fact in span.attributes} for span in spans]
    assert facts == [{"janus.number": at, "janus.rows": rows} for at, rows in enumerate((2, 2, 1))]
    assert not any(b"secret" in body for _, body in bodies)
