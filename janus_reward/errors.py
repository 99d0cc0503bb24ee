"""The vocabulary of errors, named by the boundary that was crossed.

Every error says what was wrong, where, and what to do next. `JanusError.exit_code` is what the command line returns
when the error reaches the top: 2 for input that cannot be used, 3 for a stop that the same command resumes.
"""

from __future__ import annotations


class JanusError(Exception):
    """Base of all errors raised on purpose; `hint` is the next step for the reader."""

    exit_code = 2

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  {self.hint}" if self.hint else self.message

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.message, self.hint))


def _rebuild(kind: type[JanusError], message: str, hint: str | None) -> JanusError:
    return kind(message, hint=hint)


class InputError(JanusError):
    """The source, a mapping or an option cannot be used at all (a bad row is a row with an error, not this)."""


class RubricError(JanusError):
    """A rubric file is wrong; the message names the file and the line."""


class MissingExtra(JanusError):
    """An optional package or program is needed; the hint names the extra to install."""


class RunConflict(JanusError):
    """The run folder belongs to other settings, another source, or another live process."""


class EngineError(JanusError):
    """The worker processes could not be started (never: a record killed its worker)."""


class SandboxError(JanusError):
    """The sandbox itself could not be started (never: the judged code failed)."""


class BrowserError(JanusError):
    """The browser could not be started or died again and again (never: a page failed)."""


class DiskError(JanusError):
    """A write failed: disk full, quota, permission. Free space and run the same command again."""

    exit_code = 3


class Stopped(JanusError):
    """A signal or a budget ended the run between two shards; the same command resumes it."""

    exit_code = 3
