"""The page on this machine where people rate: it answers nobody else, and never shows the data's markup."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import parse_qs, urlsplit

from janus_reward.errors import InputError, JanusError
from janus_reward.label.store import LabelStore
from janus_reward.origin import shown_beside
from janus_reward.prompt import extension
from janus_reward.rubric import RubricSet
from janus_reward.run import Run
from janus_reward.select.rows import hashes
from janus_reward.triple import SHOWN_TASKS

_ASSETS = Path(__file__).parent / "assets"
_KINDS = {"page.html": "text/html", "page.css": "text/css", "page.js": "text/javascript"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
_MAX_BODY = 4096
_TEXT_CHARS = 20_000
_PICTURES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}
_COLUMNS = ["id", "row", "instruction", "code", "language", "domain", "task", "outcome", "stills", "rubric"]


class LabelServer(ThreadingHTTPServer):
    """Serves the items of a store to raters on this machine.

    Args:
        run: that the sample was drawn from.
        store: begun.
        port: 0 for any free one.
    """

    daemon_threads = True

    def __init__(self, run: Run, store: LabelStore, port: int = 0) -> None:
        try:
            super().__init__(("127.0.0.1", port), _Handler)
        except OSError as error:
            raise InputError(
                f"cannot listen on port {port}: {error.strerror}", hint="Choose another --port."
            ) from error
        self.run, self.store, self.lock = run, store, Lock()
        self.token = secrets.token_urlsafe(24)
        self.items = store.items()
        wanted = {item[key] for item in self.items for key in ("row_id", "other_id")} - {None}
        self.shown = _shown(run, wanted)
        self.pictures = {sha256 for row in self.shown.values() for sha256 in row["stills"]}
        self.inputs = _add_prompts(run, self.shown)
        _add_guides(run, self.shown)

    @property
    def address(self) -> str:
        """Where to open the page; the token in it is the key."""
        return f"http://127.0.0.1:{self.server_port}/?token={self.token}"

    def state(self, rater: str) -> dict[str, Any]:
        """All items in this rater's own order, and what they answered so far."""
        asked = self.store.about() or {}
        with self.lock:
            done = self.store.done(rater)
        order = _order([f"{rater} {item['item']}" for item in self.items])
        listed = [
            {name: item[name] for name in ("item", "kind", "row_id", "other_id")}
            for item in (self.items[at] for at in order)
        ]
        listed.sort(key=lambda item: str(item["kind"]) == "pair")
        return {"criteria": asked.get("criteria", []), "items": listed, "done": done}

    def answer(self, said: Mapping[str, Any]) -> None:
        """Keep one answer. Raises InputError when it is none."""
        item, rater = said.get("item"), said.get("rater")
        if type(item) is not int or not abs(item) < 2**63 or not isinstance(rater, str):
            raise InputError("an answer has `item` and `rater`")
        with self.lock:
            if "choice" in said:
                self.store.vote(item, rater, str(said["choice"]))
            else:
                self.store.rate(item, rater, str(said.get("criterion")), said.get("value"))


class _Handler(BaseHTTPRequestHandler):
    server: LabelServer
    server_version = "janus-reward"
    sys_version = ""

    def do_GET(self) -> None:
        """Assets without a token; everything of the data with it."""
        parts = urlsplit(self.path)
        name = parts.path.strip("/") or "page.html"
        if not self._here():
            self._send(HTTPStatus.FORBIDDEN, b"", "text/plain")
        elif name in _KINDS:
            self._send(HTTPStatus.OK, (_ASSETS / name).read_bytes(), _KINDS[name])
        elif not self._holds(*parse_qs(parts.query).get("token", [""])):
            self._send(HTTPStatus.FORBIDDEN, b"", "text/plain")
        else:
            self._of_the_data(name, parse_qs(parts.query))

    def do_POST(self) -> None:
        """One answer, with the token in a header that other sites cannot set."""
        length = self._length()
        allowed = self._here() and self._holds(self.headers.get("X-Token", ""))
        if not allowed or self.path != "/answer" or length is None:
            self.close_connection = True
            self._send(HTTPStatus.FORBIDDEN, b"", "text/plain")
            return
        try:
            said = json.loads(self.rfile.read(length))
            if not isinstance(said, dict):
                raise InputError("an answer is an object")
            self.server.answer(said)
        except (ValueError, RecursionError, JanusError) as error:
            self._json(HTTPStatus.BAD_REQUEST, {"error": str(error)})
            return
        self._json(HTTPStatus.OK, {"kept": True})

    def _of_the_data(self, name: str, query: Mapping[str, list[str]]) -> None:
        kind, _, rest = name.partition("/")
        if name == "state":
            self._json(HTTPStatus.OK, self.server.state(query.get("rater", [""])[0]))
        elif name == "row" and query.get("id", [""])[0] in self.server.shown:
            self._json(HTTPStatus.OK, self.server.shown[query["id"][0]])
        elif kind == "picture" and rest in self.server.inputs:
            self._send(HTTPStatus.OK, *self.server.inputs[rest])
        elif kind == "picture" and rest in self.server.pictures and self.server.run.picture(rest).is_file():
            self._send(HTTPStatus.OK, self.server.run.picture(rest).read_bytes(), "image/png")
        else:
            self._send(HTTPStatus.NOT_FOUND, b"", "text/plain")

    def _here(self) -> bool:
        """Whether the browser asked for this address itself, and no other name that leads here."""
        port = self.server.server_port
        return self.headers.get("Host") in (f"127.0.0.1:{port}", f"localhost:{port}")

    def _holds(self, *tokens: str) -> bool:
        """Whether exactly one token was given, and it is the one of the address."""
        given = "".join(tokens).encode("utf-8", "surrogateescape")
        return len(tokens) == 1 and secrets.compare_digest(given, self.server.token.encode())

    def _length(self) -> int | None:
        """Bytes of the body; `None` when they are not told or too many."""
        told = self.headers.get("Content-Length", "")
        known = told.isascii() and told.isdigit() and len(told) <= len(str(_MAX_BODY)) and int(told) <= _MAX_BODY
        return int(told) if known else None

    def _json(self, status: HTTPStatus, value: Any) -> None:
        self._send(status, json.dumps(value).encode(), "application/json")

    def _send(self, status: HTTPStatus, body: bytes, kind: str) -> None:
        self.send_response(status)
        told = {
            "Content-Type": f"{kind}; charset=utf-8" if kind.startswith("text/") else kind,
            "Content-Length": str(len(body)),
            "Content-Security-Policy": _POLICY,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
        }
        for name, value in told.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are not logged."""


def _add_prompts(run: Run, shown: dict[str, dict[str, Any]]) -> dict[str, tuple[bytes, str]]:
    """Add what prompts show beside the instruction; their pictures by hash, with their type."""
    rows = {row["row"]: row for row in shown.values()}
    for row in rows.values():
        row |= {"inputs": [], "before": None}
    found: dict[str, tuple[bytes, str]] = {}
    asked = sorted(place for place, row in rows.items() if row["task"] in SHOWN_TASKS)
    for place, prompt in shown_beside(run, asked):
        names = [hashlib.sha256(data).hexdigest() for data in prompt.pictures]
        kinds = [_PICTURES[extension(data)] for data in prompt.pictures]
        found |= dict(zip(names, zip(prompt.pictures, kinds, strict=True), strict=True))
        rows[place] |= {"inputs": names, "before": prompt.before and prompt.before[:_TEXT_CHARS]}
    return found


def _add_guides(run: Run, shown: dict[str, dict[str, Any]]) -> None:
    """Add what the levels of each criterion mean, where the run was judged by the rubrics of this package."""
    rubrics = RubricSet.load()
    known = rubrics.sha256 == run.manifest["settings"].get("rubrics_sha256")
    for row in shown.values():
        rubric = rubrics.rubrics.get(row.pop("rubric") or "") if known else None
        row["guide"] = {
            criterion.name: {"question": criterion.question, "levels": list(criterion.levels.values())}
            for criterion in (rubric.criteria if rubric is not None else ())
        }


def _shown(run: Run, wanted: set[str]) -> dict[str, dict[str, Any]]:
    """What raters see of the rows: never a score."""
    found: dict[str, dict[str, Any]] = {}
    for batch in run.batches(_COLUMNS):
        for row in batch.to_pylist() if wanted else ():
            if row["id"] in wanted:
                texts = {name: (row[name] or "")[:_TEXT_CHARS] for name in ("instruction", "code")}
                found[row["id"]] = {**row, **texts, "stills": list(row["stills"] or ())[:4]}
    return found


def _order(names: list[str]) -> list[int]:
    import pyarrow as pa

    keys = hashes(pa.array(names, pa.large_string())).tolist()
    return sorted(range(len(names)), key=lambda at: (keys[at], at))


def serve(run: Run, store: LabelStore, port: int = 0) -> LabelServer:
    """A server that is ready; `serve_forever` runs it until a signal."""
    return LabelServer(run, store, port)
