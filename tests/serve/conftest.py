"""A real service in a process of its own, and a real client."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
import time

import httpx2 as httpx
import pytest
from PIL import Image

pytest.importorskip("fastapi", reason="the extra `serve` is not installed")

CIRCLE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><circle cx="50" cy="50" r="{}" fill="red"/></svg>'
)


def circle(radius=40):
    return {"instruction": "Draw an SVG: a red circle", "code": CIRCLE.format(radius)}


def png(width=120, height=80, mark=0):
    image = Image.new("RGB", (width, height), "white")
    image.paste((200, 30 + mark % 200, 30), (10, 10, 60, 60))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


class Service:
    """`janus-reward serve` as a user starts it."""

    def __init__(self, folder, *options, token=None):
        self.log = folder / "log"
        environment = {name: value for name, value in os.environ.items() if name != "JANUS_REWARD_TOKEN"}
        environment |= {"PYTHONUNBUFFERED": "1"} | ({"JANUS_REWARD_TOKEN": token} if token else {})
        argv = [
            sys.executable,
            "-m",
            "janus_reward",
            "serve",
            "--port",
            "0",
            "--state",
            str(folder / "state"),
            *options,
        ]
        self.process = subprocess.Popen(
            argv, stdout=subprocess.PIPE, stderr=self.log.open("a"), text=True, env=environment
        )
        found = re.match(r"(http://\S+)", self.process.stdout.readline())
        assert found, self.log.read_text()
        self.url = found.group(1)

    def get(self, path, **more):
        return httpx.get(self.url + path, timeout=30, **more)

    def post(self, path, **more):
        return httpx.post(self.url + path, timeout=60, **more)

    def until(self, holds, seconds=400):
        """Ask until something holds; the test fails when it never does."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if holds():
                    return
            except httpx.TransportError:
                pass
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.05)
        raise AssertionError(f"it never held: {self.log.read_text()[-2000:]}")

    def until_ready(self):
        self.until(lambda: self.get("/readyz").status_code == 200)
        return self

    def status(self, **more):
        return self.get("/v1/status", **more).json()

    def end(self, with_signal=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(with_signal)
        return self.process.wait(60)


@pytest.fixture(scope="session")
def service(tmp_path_factory):
    folder = tmp_path_factory.mktemp("service")
    (folder / "data").mkdir()
    options = ("--workers", "2", "--data", str(folder / "data"), "--index", str(folder / "index"), "--body-mb", "4")
    made = Service(folder, *options).until_ready()
    made.data = folder / "data"
    yield made
    made.end()


@pytest.fixture(scope="session")
def client(service):
    from janus_reward.serve import Client

    with Client(service.url) as made:
        yield made
