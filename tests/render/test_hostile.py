"""The conformance suite of the sandbox: every script in `hostile/` is held, and the next honest job is as it should be.

A script's first lines say what must hold: `outcome` (one of), `limit` (one of), `pictures`, and `weak...` for the
documented exceptions of the weaker level. It prints BREACH when it got something it must not get.
Set JANUS_HOSTILE_REPORT to a path to have the results written there as a Markdown table (or JSON, by the suffix).
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from janus_reward.render import jail
from janus_reward.render.base import Limits, RawRender, RenderSettings
from janus_reward.render.python import PythonRenderer

pytestmark = pytest.mark.e2e

SCRIPTS = sorted((Path(__file__).parent / "hostile").glob("*.py"))
REPO = Path(__file__).resolve().parents[2]
LIMITS = Limits(
    wall_s=10, cpu_s=6, memory_mb=700, processes=32, files=64, scratch_mb=32, output_mb=8, pictures=4, pixels=4_000_000
)
HONEST = "import matplotlib.pyplot as plt\nplt.bar(['a', 'b'], [3, 4])\nplt.title('honest')\nplt.show()\n"
ROWS: list[dict[str, str]] = []


@dataclass
class Host:
    """What is planted on the host for the scripts to go after."""

    words: dict[str, str]
    listeners: list[socket.socket]
    victim: subprocess.Popen[bytes]
    canary: Path
    reached: list[str] = field(default_factory=list)

    def fill(self, script: str) -> str:
        for name, value in self.words.items():
            script = script.replace(f"@{name}@", value)
        return script


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    folder = tmp_path_factory.mktemp("canary")
    canary = folder / "canary.txt"
    canary.write_text("untouched", encoding="utf-8")
    secret, abstract = uuid.uuid4().hex, f"janus-{uuid.uuid4().hex}"
    tcp = socket.create_server(("127.0.0.1", 0))
    unix = socket.socket(socket.AF_UNIX)
    unix.bind("\0" + abstract)
    unix.listen()
    sleeper = [sys.executable, "-S", "-c", "import sys; sys.stdin.read()"]
    victim = subprocess.Popen(sleeper, stdin=subprocess.PIPE, env={**os.environ, "PLANTED": secret})
    os.environ["PLANTED_TOKEN"] = secret
    words = {
        "CANARY": str(canary),
        "CANARY_DIR": str(folder),
        "REPO": str(REPO),
        "HOME": str(Path.home()),
        "SECRET": secret,
        "PORT": str(tcp.getsockname()[1]),
        "ABSTRACT": abstract,
        "HOST_PID": str(os.getpid()),
        "VICTIM": str(victim.pid),
    }
    yield Host(words, [tcp, unix], victim, canary)
    del os.environ["PLANTED_TOKEN"]
    victim.kill()
    victim.communicate()
    for listener in (tcp, unix):
        listener.close()


@dataclass
class Bench:
    """One level's renderer, and what an honest job gives on it."""

    level: str
    renderer: PythonRenderer
    honest: str


@pytest.fixture(scope="module", params=["namespaces", "limits"])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(jail.CHOICE, request.param)
        if request.param == "namespaces" and jail._namespaces_problem():
            pytest.skip(f"this machine has no namespace sandbox: {jail._namespaces_problem()}")
        renderer = PythonRenderer(RenderSettings(limits=LIMITS))
        try:
            yield Bench(request.param, renderer, _digest(renderer.render(HONEST, "python")))
        finally:
            renderer.close()


@pytest.fixture(scope="module", autouse=True)
def report() -> Iterator[None]:
    yield
    target = os.environ.get("JANUS_HOSTILE_REPORT")
    if not target or not ROWS:
        return
    if target.endswith(".json"):
        Path(target).write_text(json.dumps(ROWS, indent=1) + "\n", encoding="utf-8")
        return
    lines = ["| level | script | what must hold | outcome | limit | held |", "|---|---|---|---|---|---|"]
    names = ("level", "script", "holds", "outcome", "limit", "held")
    lines += ["| " + " | ".join(row[name] for name in names) + " |" for row in ROWS]
    Path(target).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _digest(render: RawRender) -> str:
    assert render.outcome == "ok", (render.message, render.facts)
    return hashlib.sha256(render.stills[0].png).hexdigest()


def _expectations(script: str, level: str) -> dict[str, str]:
    lines = (line[2:].split(": ", 1) for line in script.splitlines() if line.startswith("# ") and ": " in line)
    told = {name: text for name, text in lines}
    if level == "limits":
        told |= {name[5:]: text for name, text in told.items() if name.startswith("weak-")}
    return told


def _alive(marker: str, number: str) -> list[str]:
    """Command lines and names of processes of the whole host that carry the job's marks."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "cmdline").read_bytes() + b" " + (entry / "comm").read_bytes()
        except OSError:
            continue
        if marker.encode() in words or f"600.{number}".encode() in words:
            found.append(words.decode(errors="replace"))
    return found


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_hostile_script_is_held_and_the_next_job_is_clean(path: Path, bench: Bench, host: Host) -> None:
    script = path.read_text(encoding="utf-8")
    told = _expectations(script, bench.level)
    marker, number = uuid.uuid4().hex[:14], str(uuid.uuid4().int % 10**12)
    code = host.fill(script).replace("@MARKER@", marker).replace("@NUMBER@", number)

    render = bench.renderer.render(code, "python")
    left = _alive(marker, number)
    row = {"level": bench.level, "script": path.stem, "holds": told["holds"], "held": "no"}
    ROWS.append(row | {"outcome": render.outcome, "limit": render.facts.get("limit", "")})

    assert render.outcome in told["outcome"].split("|"), (render.message, render.facts)
    if "limit" in told and render.outcome in ("timeout", "exceeded"):
        assert render.facts.get("limit", "none") in told["limit"].split("|")
    if "pictures" in told:
        assert len(render.stills) == int(told["pictures"])
    said = json.dumps(dict(render.facts), allow_nan=False) + (render.message or "")
    assert "BREACH" not in said, said
    assert len(said) < 200_000
    assert (render.message is None) == (render.outcome == "ok")
    assert "\n" not in (render.message or "")
    assert host.words["SECRET"] not in said
    assert left == []
    assert host.canary.read_text(encoding="utf-8") == "untouched"
    assert [p.name for p in host.canary.parent.iterdir()] == ["canary.txt"]
    assert host.victim.poll() is None
    assert all(still.png[:8] == b"\x89PNG\r\n\x1a\n" for still in render.stills)
    assert _digest(bench.renderer.render(HONEST, "python")) == bench.honest
    ROWS[-1]["held"] = "yes"
