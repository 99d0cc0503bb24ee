"""What users of the jail rely on: what a command can see, reach and leave behind, at both levels."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from janus_reward.errors import SandboxError
from janus_reward.render import jail, jail_seccomp

pytestmark = pytest.mark.e2e

LOOK = """
import json, os, socket, sys
def attempt(do):
    try:
        value = do()
        return value if isinstance(value, list) else True
    except OSError as problem:
        return type(problem).__name__
canary, folder = sys.argv[1:]
print(json.dumps({
    "uid": os.getuid(),
    "environment": dict(os.environ),
    "canary": attempt(lambda: open(canary).read()),
    "shadow": attempt(lambda: open("/etc/shadow").read()),
    "write": attempt(lambda: open(os.path.join(folder, "owned"), "w").write("x")),
    "scratch": attempt(lambda: open(os.path.join(os.environ["TMPDIR"], "mine"), "w").write("x")),
    "tcp": attempt(lambda: socket.create_connection(("127.0.0.1", int(os.environ["PORT"])), timeout=2)),
    "capabilities": attempt(lambda: [line for line in open("/proc/self/status") if line[:6] == "CapEff"]),
}))
"""


@pytest.fixture(params=["namespaces", "limits"])
def level(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "namespaces" and (problem := jail._namespaces_problem()):
        pytest.skip(f"no namespace sandbox here: {problem}")
    monkeypatch.setenv(jail.CHOICE, request.param)
    return str(request.param)


def look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    canary = tmp_path / "canary"
    canary.write_text("secret", encoding="utf-8")
    monkeypatch.setenv("PLANTED_TOKEN", "secret")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        argv = [sys.executable, "-P", "-s", "-c", LOOK, str(canary), str(tmp_path)]
        command = jail.command(argv, env={"PORT": str(listener.getsockname()[1])})
        done = subprocess.run(command, capture_output=True, check=True, timeout=120)
    return dict(json.loads(done.stdout))


@pytest.mark.filterwarnings("ignore:code runs in the weaker sandbox")
def test_a_jailed_command_sees_only_its_scratch_and_its_own_variables(
    level: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = look(tmp_path, monkeypatch)
    assert seen["uid"] != 0
    assert seen["canary"] in ("FileNotFoundError", "PermissionError")
    assert seen["shadow"] in ("FileNotFoundError", "PermissionError")
    assert seen["write"] in ("FileNotFoundError", "PermissionError")
    assert seen["scratch"] is True
    assert seen["tcp"] in ("ConnectionRefusedError", "PermissionError", "OSError")
    environment = seen["environment"]
    assert isinstance(environment, dict)
    assert "PLANTED_TOKEN" not in environment
    assert (environment["TZ"], environment["PYTHONHASHSEED"], environment["LANG"]) == ("UTC", "0", "C.UTF-8")
    assert seen["capabilities"] in (["CapEff:\t0000000000000000\n"], "PermissionError")


@pytest.mark.filterwarnings("ignore:code runs in the weaker sandbox")
def test_inherited_descriptors_stay_open_for_talk_over_pipes(level: str) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        say = f"import os; os.write({theirs.fileno()}, b'hello')"
        command = jail.command([sys.executable, "-c", say])
        subprocess.run(command, pass_fds=[theirs.fileno()], check=True, timeout=120)
        assert ours.recv(5) == b"hello"


@pytest.mark.filterwarnings("ignore:code runs in the weaker sandbox")
def test_the_exit_status_is_the_commands_own(level: str) -> None:
    done = subprocess.run(jail.command([sys.executable, "-c", "raise SystemExit(7)"]), check=False, timeout=120)
    assert done.returncode == 7


@pytest.mark.filterwarnings("ignore:code runs in the weaker sandbox")
def test_extra_paths_can_be_read_and_not_written(level: str, tmp_path: Path) -> None:
    file = tmp_path / "data.txt"
    file.write_text("given", encoding="utf-8")
    read = f"print(open({str(file)!r}).read()); open({str(file)!r}, 'a')"
    command = jail.command([sys.executable, "-c", read], read_only=[file])
    done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    assert done.stdout == b"given\n"
    assert done.returncode != 0


def test_a_jail_started_by_a_thread_that_ended_lives_on() -> None:
    if jail._namespaces_problem():
        pytest.skip("no namespace sandbox here")
    started: list[subprocess.Popen[bytes]] = []

    def start() -> None:
        command = jail.command(["/bin/cat"])
        started.append(jail.spawn(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE))

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    out, _ = started[0].communicate(b"still here", timeout=60)
    assert out == b"still here"


def test_the_weak_level_warns_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(jail.CHOICE, "limits")
    jail._level.cache_clear()
    with pytest.warns(RuntimeWarning, match="weaker sandbox"):
        level = jail.level()
    assert level.name == "limits"
    assert "landlock" in level.why


def test_insisting_on_namespaces_where_there_are_none_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(jail.CHOICE, "namespaces")
    monkeypatch.setenv("PATH", "/nonexistent")
    jail._level.cache_clear()
    with pytest.raises(SandboxError, match="bubblewrap"):
        jail.level()
    jail._level.cache_clear()


def test_a_misspelt_level_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(jail.CHOICE, "strong")
    with pytest.raises(SandboxError, match="strong"):
        jail.level()


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_every_jump_of_the_filter_lands_inside_it(machine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: machine)
    jail_seccomp.program.cache_clear()
    code = jail_seccomp.program(unix_sockets=False, signals_to=os.getpid())
    jail_seccomp.program.cache_clear()
    assert code is not None
    steps = [code[i : i + 8] for i in range(0, len(code), 8)]
    assert steps[-1][:2] == (0x06).to_bytes(2, "little")
    for i, step in enumerate(steps):
        if step[0] & 0x07 == 0x05:
            assert i + 1 + max(step[2], step[3]) < len(steps)
