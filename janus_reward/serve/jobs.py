"""Datasets scored in the background: a folder a job, a process a job, one at a time; a stopped one goes on.

What a job is lies in `STATE/jobs/ID/`: `job.json` (what was asked, and its state), `progress.json`, `run/` (the run
folder), `results.parquet`. A service that starts again finds them there.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import shutil
import signal
import sys
import time
import uuid
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from janus_reward.serve.failures import Absent, Busy, Conflict, Invalid
from janus_reward.serve.settings import ServeSettings
from janus_reward.serve.wire import JobRequest

_log = logging.getLogger("janus_reward.serve")

RESULTS = "results.parquet"
PROGRESS = "progress.json"
_STOPPED = 3
_RESTARTS = 5


@dataclass(slots=True)
class Job:
    """One job as `job.json` holds it; `starts` counts how often its process was started."""

    id: str
    request: dict[str, Any]
    source: str
    created: float
    state: str = "waiting"
    message: str | None = None
    starts: int = 0


class Jobs:
    """All jobs of a service.

    Args:
        settings: of the service.
    """

    def __init__(self, settings: ServeSettings) -> None:
        self._settings = settings
        self._folder, self._files = settings.state / "jobs", settings.state / "files"
        self._jobs: dict[str, Job] = {}
        self._waiting: deque[Job] = deque()
        self._wanted = asyncio.Event()
        self._runner: asyncio.Task[None] | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = False

    def start(self) -> None:
        """Take up what is there, and run what waits."""
        for path in sorted(self._folder.glob("*/job.json")):
            with contextlib.suppress(OSError, ValueError, TypeError):
                job = Job(**json.loads(path.read_text(encoding="utf-8")))
                self._jobs[job.id] = job
        for job in sorted(self._jobs.values(), key=lambda job: job.created):
            if job.state in ("waiting", "running"):
                self._waiting.append(job)
        self._runner = asyncio.ensure_future(self._run())
        self._wanted.set()

    def stop(self) -> None:
        """Stop the running job after its shard; it goes on at the next start."""
        self._stopping = True
        self._signal()

    async def close(self) -> None:
        """Wait until the running job has stopped."""
        if self._runner is not None:
            self._wanted.set()
            await self._runner

    def count(self, state: str) -> int:
        """Jobs in a state."""
        return sum(job.state == state for job in self._jobs.values())

    def submit(self, request: JobRequest) -> dict[str, Any]:
        """Put a job behind those that wait. Raises Invalid, Absent, Busy."""
        source = self._source(request)
        if len(self._waiting) >= self._settings.jobs:
            raise Busy(f"{len(self._waiting)} jobs are waiting already", hint="Send it later.", retry_after_s=60)
        job = Job(uuid.uuid4().hex, request.model_dump(), str(source), time.time())
        self._place(job).mkdir(parents=True)
        self._jobs[job.id] = job
        self._save(job)
        self._waiting.append(job)
        self._wanted.set()
        return self.told(job.id)

    def told(self, id_: str) -> dict[str, Any]:
        """A `JobOut`. Raises Absent."""
        job = self._known(id_)
        progress = _read(self._place(job) / PROGRESS)
        return {
            "id": job.id,
            "state": job.state,
            "created": job.created,
            "request": job.request,
            "rows": progress.get("rows"),
            "done": progress.get("done", 0),
            "outcomes": progress.get("outcomes", {}),
            "spent": progress.get("spent", ""),
            "message": job.message or progress.get("message"),
            "summary": progress.get("summary"),
        }

    def all(self) -> list[dict[str, Any]]:
        """Every job, the newest first."""
        return [self.told(job.id) for job in sorted(self._jobs.values(), key=lambda job: -job.created)]

    def cancel(self, id_: str) -> dict[str, Any]:
        """Cancel a job that is not finished. Raises Absent, Conflict."""
        job = self._known(id_)
        if job.state not in ("waiting", "running"):
            raise Conflict(f"the job is {job.state} already")
        was, job.state = job.state, "cancelled"
        self._save(job)
        if was == "running":
            self._signal()
        else:
            self._waiting.remove(job)
        return self.told(id_)

    def remove(self, id_: str) -> None:
        """Delete a finished job with its results. Raises Absent, Conflict."""
        job = self._known(id_)
        if job.state in ("waiting", "running"):
            raise Conflict(f"the job is {job.state}", hint="Cancel it first.")
        del self._jobs[id_]
        shutil.rmtree(self._place(job), ignore_errors=True)

    def results(self, id_: str) -> Path:
        """The Parquet file of a finished job. Raises Absent, Conflict."""
        job = self._known(id_)
        path = self._place(job) / RESULTS
        if job.state != "done" or not path.exists():
            raise Conflict(f"the job is {job.state}: there are no results", hint="Ask again when it is done.")
        return path

    def new_file(self, name: str) -> tuple[str, Path]:
        """Id and place of a dataset that is about to be uploaded; the name's ending tells the format."""
        ending = "".join(Path(name).suffixes[-2:]) if name.endswith((".gz", ".zst")) else Path(name).suffix
        if ending.partition(".")[0] or not ending.removeprefix(".").replace(".", "").isalnum() or len(ending) > 16:
            raise Invalid("the name has no ending that tells the format", hint="For instance: name=corpus.jsonl")
        id_ = f"{uuid.uuid4().hex}{ending.lower()}"
        self._files.mkdir(parents=True, exist_ok=True)
        return id_, self._files / id_

    def remove_file(self, id_: str) -> None:
        """Delete an uploaded dataset. Raises Absent."""
        self._uploaded(id_).unlink(missing_ok=True)

    def _known(self, id_: str) -> Job:
        if id_ not in self._jobs:
            raise Absent("there is no such job")
        return self._jobs[id_]

    def _source(self, request: JobRequest) -> Path:
        if request.file is not None:
            return self._uploaded(request.file)
        if self._settings.data is None:
            raise Invalid(
                "this service has no data folder", hint="Upload the dataset to /v1/files and name it in `file`."
            )
        root = self._settings.data.resolve()
        try:
            path = (root / str(request.source)).resolve()
            inside = path.is_relative_to(root) and path.exists()
        except (OSError, ValueError, RuntimeError):
            inside = False
        if not inside:
            raise Invalid("source names nothing below the data folder")
        return path

    def _uploaded(self, id_: str) -> Path:
        path = self._files / id_
        if not id_.replace(".", "").isalnum() or not path.is_file():
            raise Absent("there is no such file")
        return path

    def _place(self, job: Job) -> Path:
        return self._folder / job.id

    def _save(self, job: Job) -> None:
        target = self._place(job) / "job.json"
        part = target.with_suffix(".part")
        part.write_text(json.dumps(asdict(job)), encoding="utf-8")
        part.replace(target)

    def _signal(self) -> None:
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGTERM)

    async def _run(self) -> None:
        while not self._stopping:
            if not self._waiting:
                self._wanted.clear()
                await self._wanted.wait()
                continue
            job = self._waiting.popleft()
            if job.state != "cancelled":
                await self._do(job)

    async def _do(self, job: Job) -> None:
        """Run one job in a process of its own, at low priority; a process that died goes on where it was."""
        job.state, job.starts = "running", job.starts + 1
        self._save(job)
        asked = {
            "source": job.source,
            "folder": str(self._place(job)),
            "judge": self._settings.judge,
            "rubrics": str(self._settings.rubrics) if self._settings.rubrics else None,
            "seed": self._settings.seed,
            "workers": self._settings.workers,
            "ledger": str(self._settings.ledger or self._settings.state),
            **{name: job.request[name] for name in ("map", "render", "limit", "budget")},
        }
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "janus_reward.serve.job",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )  # fmt: skip
        if job.state == "cancelled" or self._stopping:
            self._signal()
        await self._process.communicate(json.dumps(asked).encode())
        code, self._process = self._process.returncode, None
        self._settle(job, code)
        self._save(job)
        _log.info("job ended", extra={"job": job.id, "state": job.state, "code": code})

    def _settle(self, job: Job, code: int | None) -> None:
        if job.state == "cancelled":
            return
        if code == 0:
            job.state = "done"
        elif code in (_STOPPED, -signal.SIGTERM) and self._stopping:
            job.state = "waiting"
        elif code is not None and code < 0 and job.starts < _RESTARTS:
            job.state = "waiting"
            self._waiting.append(job)
        else:
            job.state = "failed"
            job.message = _read(self._place(job) / PROGRESS).get("message") or f"the job's process ended with {code}"


def _read(path: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
