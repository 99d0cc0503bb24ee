"""What the service does not do: for strangers, for what is too much, for what is no request."""

from __future__ import annotations

import base64
import json
import subprocess
import sys

import pytest

from tests.serve.conftest import Service, circle, png

pytestmark = pytest.mark.e2e

TOKEN = "correct-horse-battery-staple"


def code(answer):
    return answer.status_code, answer.json()["error"]["code"]


def test_beyond_this_machine_it_does_not_start_without_a_token(tmp_path):
    argv = [sys.executable, "-m", "janus_reward", "serve", "--host", "0.0.0.0", "--port", "0", "--state", str(tmp_path)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, env={"PATH": "/usr/bin:/bin"})
    assert done.returncode == 2
    assert "there is no token" in done.stderr


def test_with_a_token_only_those_who_know_it_are_answered(tmp_path):
    made = Service(tmp_path, "--workers", "1", token=TOKEN).until_ready()
    try:
        assert made.get("/healthz").status_code == 200
        for path in ("/v1/status", "/metrics", "/v1/rubrics", "/openapi.json"):
            assert code(made.get(path)) == (401, "unauthorized")
        assert code(made.get("/v1/status", headers={"authorization": "Bearer wrong"})) == (401, "unauthorized")
        assert code(made.post("/v1/score", json={"triple": circle()})) == (401, "unauthorized")
        known = {"authorization": f"Bearer {TOKEN}"}
        assert made.status(headers=known)["ready"]
        assert made.get("/openapi.json", headers=known).json()["security"] == [{"token": []}]
        assert TOKEN not in made.log.read_text()
    finally:
        made.end()
    assert TOKEN not in made.log.read_text()


def test_pages_of_other_origins_and_other_names_are_refused(service):
    foreign = {"origin": "https://evil.example"}
    assert code(service.post("/v1/score", json={"triple": circle()}, headers=foreign)) == (403, "forbidden")
    assert code(service.get("/v1/status", headers={"host": "evil.example"})) == (403, "forbidden")
    assert "access-control-allow-origin" not in service.get("/v1/status").headers
    own = {"origin": service.url}
    assert service.get("/v1/status", headers=own).status_code == 200


@pytest.mark.parametrize(
    ("body", "kind", "expected"),
    [
        (b"{", "application/json", (422, "invalid")),
        (b"[]", "application/json", (422, "invalid")),
        (b'{"triple": {"code": "\\ud800"}}', "application/json", (422, "invalid")),
        (b'{"triple": {"code": 1}}', "application/json", (422, "invalid")),
        (b'{"triple": {"kode": "x"}}', "application/json", (422, "invalid")),
        (b'{"triple": {"code": "x"}, "triples": [{"code": "x"}]}', "application/json", (422, "invalid")),
        (b"[" * 100_000, "application/json", (422, "invalid")),
        (b"x", "text/plain", (415, "unsupported_media_type")),
        (b"x", "multipart/form-data", (400, "bad_request")),
        (b"--b\r\n\r\n--b--\r\n", "multipart/form-data; boundary=b", (400, "bad_request")),
    ],
)
def test_what_is_no_request_is_told_so(service, body, kind, expected):
    answer = service.post("/v1/score", content=body, headers={"content-type": kind})
    assert code(answer) == expected


def test_more_than_the_bounds_is_refused_before_it_is_read_or_decoded(service):
    big = service.post("/v1/score", content=b" " * (5 << 20), headers={"content-type": "application/json"})
    assert code(big) == (413, "too_large")
    chunked = service.post(
        "/v1/score", content=iter([b" " * (1 << 20)] * 6), headers={"content-type": "application/json"}
    )
    assert code(chunked) == (413, "too_large")
    bomb = bytearray(png())
    bomb[16:24] = (60_000).to_bytes(4, "big") * 2
    asked = {"triple": {"instruction": "x", "render": base64.b64encode(bomb).decode()}}
    assert code(service.post("/v1/score", json=asked)) == (413, "too_large")
    assert code(service.post("/v1/score", json={"triples": [circle()] * 65})) == (422, "invalid")


def test_paths_and_addresses_of_pictures_are_not_followed(service):
    for render in ("/etc/passwd", "pyproject.toml", "file:///etc/passwd", "http://127.0.0.1:1/x.png", "data:x,abc"):
        assert code(service.post("/v1/score", json={"triple": {"instruction": "x", "render": render}})) == (
            422,
            "invalid",
        )
    odd = base64.b64encode(b"not a picture at all").decode()
    (verdict,) = service.post("/v1/score", json={"triple": {"instruction": "x", "render": odd}}).json()["verdicts"]
    assert verdict["score"] is None
    assert verdict["outcome"] == "failed"


def test_a_deadline_that_passes_is_told_as_such(service):
    slow = {"triple": {"instruction": "x", "language": "python", "domain": "chart", "code": "sum(range(2 * 10**8))\n"}}
    answer = service.post("/v1/score", json=slow, headers={"janus-deadline": "0.5"})
    assert code(answer) == (504, "deadline")
    assert answer.headers["retry-after"]
    assert code(service.post("/v1/score", json=slow, headers={"janus-deadline": "soon"})) == (422, "invalid")


def test_the_same_key_gets_the_same_answer_and_no_other_request_may_use_it(service):
    before = service.status()["triples"]
    headers = {"idempotency-key": "a-key-of-mine"}
    first, second = (service.post("/v1/score", json={"triple": circle(41)}, headers=headers) for _ in range(2))
    assert first.content == second.content
    assert service.status()["triples"] == before + 1
    other = service.post("/v1/score", json={"triple": circle(42)}, headers=headers)
    assert code(other) == (422, "invalid")


def test_an_error_names_the_field_and_never_its_content(service):
    body = json.dumps({"triple": {"code": {"SECRET": 1}, "language": "x" * 65}})
    answer = service.post("/v1/score", content=body, headers={"content-type": "application/json"})
    assert "triple.code" in answer.json()["error"]["message"]
    assert "SECRET" not in answer.text
    assert answer.json()["error"]["request_id"] == answer.headers["x-request-id"]
