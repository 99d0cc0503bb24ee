"""Requests by the ten thousand that nobody should send; and whatever OpenAPI allows."""

from __future__ import annotations

import json
import random
import socket
from urllib.parse import urlsplit

import httpx2 as httpx
import pytest
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.serve.conftest import circle, png

pytestmark = pytest.mark.e2e

REQUESTS = 10_000
POSTS = ("/v1/score", "/v1/compare", "/v1/render", "/v1/dedup/query", "/v1/rewards", "/get_reward", "/v1/jobs")
KINDS = (
    "application/json",
    "multipart/form-data; boundary=b",
    "text/plain",
    "",
    "application/json; charset=utf-7",
    "\x7f",
)
VALUES = (
    None, True, -1, 1e308, 10**400, "", "\x00", "‮", "a" * 70_000, [], {}, [[]], {"": {}}, "upload:x", "data:,", "../../etc/passwd",
)  # fmt: skip
FIELDS = ("triple", "triples", "code", "instruction", "render", "reference", "before", "checklist", "include", "a", "b",
          "margin", "prompts", "completions", "query", "messages", "model", "source", "file", "map", "limit", "meta")  # fmt: skip


def made(chance):
    """One request: method, path, headers, body."""
    path = chance.choice(POSTS)
    kind = chance.randrange(6)
    headers = {"content-type": chance.choice(KINDS)}
    if kind == 0:
        return "POST", path, headers, chance.randbytes(chance.randrange(200))
    if kind == 1:
        body = bytearray(json.dumps({"triple": circle(chance.randrange(40))}).encode())
        for _ in range(chance.randrange(1, 6)):
            body[chance.randrange(len(body))] = chance.randrange(256)
        # Damage that happens to leave a valid triple would be scored; a stray brace makes sure that none does.
        return "POST", path, {"content-type": "application/json"}, bytes(body) + b"}"
    if kind == 2:
        told = {chance.choice(FIELDS): chance.choice(VALUES) for _ in range(chance.randrange(4))}
        inner = {chance.choice(FIELDS): chance.choice(VALUES) for _ in range(2)} | {"unknown": 1}
        body = json.dumps({**told, chance.choice(FIELDS): inner, "unknown": 1})
        return "POST", path, {"content-type": "application/json"}, body.encode()
    if kind == 3:
        part = f'--b\r\nContent-Disposition: form-data; name="{chance.choice(["request", "x", chr(34)])}"\r\n\r\n'
        return "POST", path, {"content-type": KINDS[1]}, part.encode() + chance.randbytes(40) + b"\r\n--b--\r\n"
    if kind == 4:
        odd = chance.choice(
            ("/v1/jobs/%00", "/v1/jobs/..%2f..", "/v1/renders/" + "g" * 64, "/v1/rubrics/../x", "//", "/%ff")
        )
        return chance.choice(("GET", "POST", "DELETE", "PUT", "PATCH", "OPTIONS", "HEAD")), odd, {}, b""
    name = chance.choice(
        ("idempotency-key", "janus-deadline", "x-request-id", "content-type", "authorization", "origin")
    )
    return (
        "POST",
        path,
        {"content-type": "application/json", name: chance.choice(("", "é" * 9, "-1", "a\tb", "x" * 9000))},
        b"{}",
    )


def test_ten_thousand_malformed_requests_get_no_500(service):
    chance = random.Random(8)
    statuses = dict.fromkeys(range(100, 600), 0)
    with httpx.Client(base_url=service.url, timeout=60) as client:
        for _ in range(REQUESTS):
            method, path, headers, body = made(chance)
            raw = {name: value.encode("utf-8") for name, value in headers.items()}
            try:
                answer = client.request(method, path, headers=raw, content=body)
            except (httpx.LocalProtocolError, httpx.InvalidURL, UnicodeError):
                continue  # the client itself refuses to send it; raw bytes are sent below
            statuses[answer.status_code] += 1
    seen = {status: count for status, count in statuses.items() if count}
    assert sum(seen.values()) > 0.9 * REQUESTS
    assert not [status for status in seen if status >= 500], seen
    assert {400, 404, 405, 415, 422} <= set(seen)
    assert service.status()["ready"]


def test_bytes_that_are_no_http_end_the_connection_and_nothing_else(service):
    where = urlsplit(service.url)
    chance = random.Random(9)
    starts = (
        b"GET / HTTP/9.9\r\n\r\n", b"POST /v1/score HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -5\r\n\r\n",
        b"POST /v1/score HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"POST /v1/score HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\nContent-Length: 8\r\n\r\n{}", b"\x16\x03\x01",
        b"GET /" + b"a" * 70_000, b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 20_000,
    )  # fmt: skip
    for start in (*starts, *(chance.randbytes(300) for _ in range(100))):
        with socket.create_connection((where.hostname, where.port), timeout=10) as connection:
            try:
                connection.sendall(start)
                connection.shutdown(socket.SHUT_WR)
                answer = connection.recv(1 << 16)
            except ConnectionError:
                continue
            assert not answer.startswith(b"HTTP/1.1 5"), (start[:60], answer[:200])
    assert service.status()["ready"]


def test_hostile_triples_are_answered_with_a_reason(client):
    odd = [
        {"instruction": "x", "render": png()[:50]},
        {"instruction": "x", "render": b"\x89PNG\r\n\x1a\n" + b"\0" * 100},
        {"instruction": "\x00‮\u200b", "code": "\x00"},
        {"code": "<svg" * 5000, "language": "svg"},
        {"code": "import os\nos._exit(0)", "language": "python"},
        {"code": "x", "language": "no such language"},
        {"instruction": "x", "code": "y", "domain": "nowhere", "task": "nothing"},
        {"instruction": "x", "code": "y", "before": {}, "checklist": ["", "\x00"]},
    ]
    for verdict in client.score_batch(odd):
        assert (verdict.score is None) == (verdict.reason is not None)


def test_whatever_openapi_allows_is_answered_as_it_says(service):
    import hypothesis
    from hypothesis import HealthCheck

    schema = schemathesis.openapi.from_url(f"{service.url}/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) >= 20
    for operation in operations:

        @hypothesis.settings(
            max_examples=6, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
        )
        @hypothesis.given(case=operation.as_strategy())
        def answered(case):
            case.headers["janus-deadline"] = "20"
            # What a schema cannot say (base64, lists of equal length) is refused with 422, as documented.
            excluded = [positive_data_acceptance, not_a_server_error]
            answer = case.call_and_validate(base_url=service.url, timeout=60, excluded_checks=excluded)
            assert answer.status_code in (503, 504) or answer.status_code < 500, answer.text

        answered()
